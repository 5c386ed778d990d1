/** The processes behind a REDIS_URL. */
export interface RedisAddress {
  /** One server, the nodes of a cluster, or the Sentinels that know where the master is. */
  form: 'server' | 'cluster' | 'sentinel';
  /** A URL for each of them, with its login: redis://user:password@host:port, or rediss: over TLS. */
  urls: readonly string[];
  /** Only with Sentinels. */
  master: { name: string; isTls: boolean; login: RedisLogin } | undefined;
}

export interface RedisLogin {
  username?: string;
  password?: string;
}

const SERVERS_URL = /^(rediss?)\+(cluster|sentinel):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^/?#]+))?(?:\?([^#]*))?$/;
/** Settings of the query: the login of the Sentinels themselves. */
const QUERY = ['sentinelUsername', 'sentinelPassword'];

/** undefined for a text that is none of the three forms (docs/operations.md 1). */
export function parseRedisUrl(text: string): RedisAddress | undefined {
  const match = SERVERS_URL.exec(text);
  if (match === null) {
    const isServer = URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol);
    return isServer ? { form: 'server', urls: [text], master: undefined } : undefined;
  }
  const [, scheme = '', form, login = '', hosts = '', name, query = ''] = match;
  const urls = hosts.split(',').map((host) => `${scheme}://${host}`);
  if (!URL.canParse(`redis://${login}@host`) || !urls.every((url) => URL.canParse(url))) return undefined;
  const options = new URLSearchParams(query);
  if (form === 'cluster') {
    if (name !== undefined || options.size > 0) return undefined;
    return { form, urls: urls.map((url) => withLogin(url, login)), master: undefined };
  }
  if (name === undefined || [...options.keys()].some((key) => !QUERY.includes(key))) return undefined;
  const [username, password] = QUERY.map((key) => encodeURIComponent(options.get(key) ?? ''));
  return {
    form: 'sentinel',
    urls: urls.map((url) => withLogin(url, options.size === 0 ? '' : `${username}:${password}`)),
    master: { name: decodeURIComponent(name), isTls: scheme === 'rediss', login: loginOf(login) },
  };
}

const withLogin = (url: string, login: string) => (login === '' ? url : url.replace('://', `://${login}@`));

function loginOf(login: string): RedisLogin {
  const { username, password } = new URL(`redis://${login}@host`);
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}
