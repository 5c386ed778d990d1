import KeyvRedis, { createClient, createCluster } from '@keyv/redis';
import Keyv from 'keyv';
import { within } from '../deadline.ts';
import type { RedisAddress } from './redis-address.ts';

/** A connection that answered. It never reconnects: a lost one is replaced by another, which may lead to another server. */
export interface RedisConnection {
  readonly client: ReturnType<typeof createServerClient> | ReturnType<typeof createClusterClient>;
  readonly keyv: Keyv<string>;
  /** The server or servers behind it, for people. */
  readonly name: string;
  /** "partly": some nodes of a cluster are down while the others answer. */
  state(): 'whole' | 'partly' | 'lost';
  close(): void;
}

/** A Redis that takes longer to answer counts as down. */
export const REDIS_DEADLINE_MS = 200;
const OPEN_MS = 5000;
/** A lost connection stays lost: whether the same server is the right one to return to, only a new one learns. */
const ONE_TRY = { connectTimeout: 1000, reconnectStrategy: false } as const;

/** Connects, and waits for a first answer. Throws the reason within five seconds. `onTrouble`: the connection, or one of a cluster, broke. */
export function openRedis(address: RedisAddress, onTrouble: () => void = () => undefined): Promise<RedisConnection> {
  if (address.form === 'cluster') return openCluster(address.urls, onTrouble);
  return openServer(address, onTrouble);
}

async function openServer(address: RedisAddress, onTrouble: () => void): Promise<RedisConnection> {
  const { master, urls } = address;
  const found = master === undefined ? { url: urls[0] ?? '' } : await findMaster(address);
  const client = createServerClient({ ...found, ...master?.login });
  client.on('error', onTrouble);
  const assertIsMaster = async () => {
    // A Sentinel may still name the server that it is about to replace.
    const [role] = (await client.sendCommand(['ROLE'])) as unknown as string[];
    if (role !== 'master') throw new Error(`${found.url} is no master: Sentinel has not finished its fail-over`);
  };
  const close = () => end(client);
  await opened(async () => {
    await client.connect();
    await inTime(master === undefined ? client.ping() : assertIsMaster());
  }, close);
  const name = master === undefined ? 'one server' : `the master of Sentinel's "${master.name}", ${found.url}`;
  return { client, keyv: keyvOver(client), name, state: () => (client.isReady ? 'whole' : 'lost'), close };
}

const createServerClient = (options: { url: string; username?: string; password?: string }) =>
  createClient({
    ...options,
    disableOfflineQueue: true,
    pingInterval: 5000,
    socket: { ...ONE_TRY, socketTimeout: 10_000 },
  });

/** The address of the master, as the first Sentinel that answers tells it. */
async function findMaster({ urls, master }: RedisAddress): Promise<{ url: string }> {
  const faults: string[] = [];
  for (const url of urls) {
    const sentinel = createClient({ url, disableOfflineQueue: true, socket: { ...ONE_TRY, socketTimeout: 1000 } });
    sentinel.on('error', () => undefined);
    try {
      await sentinel.connect();
      const asked = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master?.name ?? ''];
      const answer = (await sentinel.sendCommand(asked)) as unknown as [string, string] | null;
      const [host, port] = answer ?? [];
      if (host !== undefined)
        return { url: `${master?.isTls ? 'rediss' : 'redis'}://${host.includes(':') ? `[${host}]` : host}:${port}` };
      faults.push(`the Sentinel at ${new URL(url).host} knows no master "${master?.name}"`);
    } catch (error) {
      faults.push(`the Sentinel at ${new URL(url).host} does not answer: ${(error as Error).message}`);
    } finally {
      end(sentinel);
    }
  }
  throw new Error(faults.join(', '));
}

async function openCluster(urls: readonly string[], onTrouble: () => void): Promise<RedisConnection> {
  const client = createClusterClient(urls);
  client.on('error', () => undefined);
  client.on('node-error', onTrouble);
  const close = () => endAll(client);
  await opened(async () => {
    // Asks the first of these nodes that answers for all of them.
    await client.connect();
    // A node that refuses may be the one that the cluster is about to replace.
    await inTime(client.sendCommand(undefined, true, ['PING']).catch(() => undefined));
  }, close);
  const name = `a cluster of ${client.masters.length} masters`;
  return { client, keyv: keyvOver(client), name, state: () => stateOf(client), close };
}

const createClusterClient = (urls: readonly string[]) => {
  const { username, password, protocol } = new URL(urls[0] ?? '');
  return createCluster({
    rootNodes: urls.map((url) => ({ url })),
    // The nodes name each other without a login.
    defaults: {
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      disableOfflineQueue: true,
      pingInterval: 5000,
      socket: { ...ONE_TRY, socketTimeout: 10_000, ...(protocol === 'rediss:' ? { tls: true } : {}) },
    },
    // A node that is down must not keep the others from being used.
    minimizeConnections: true,
  });
};

/** Nodes get a client with the first command for them. */
function stateOf({ masters }: ReturnType<typeof createClusterClient>): 'whole' | 'partly' | 'lost' {
  const clients = masters.flatMap(({ client }) => client ?? []);
  if (clients.every(({ isReady }) => isReady)) return 'whole';
  return clients.some(({ isReady }) => isReady) ? 'partly' : 'lost';
}

async function opened(open: () => Promise<void>, close: () => void): Promise<void> {
  try {
    await within(OPEN_MS, open(), () => {
      throw new Error(`it did not answer within ${OPEN_MS / 1000} s`);
    });
  } catch (error) {
    close();
    throw error;
  }
}

/** A client that lost its server has closed itself, and may not be destroyed again. */
function end(client: { isOpen: boolean; destroy(): void }): void {
  if (client.isOpen) client.destroy();
}

/** Its own destroy() stops at the first node that is closed. */
function endAll({ masters }: ReturnType<typeof createClusterClient>): void {
  for (const { client } of masters) if (client !== undefined) end(client);
}

const inTime = (answer: Promise<unknown>) =>
  within(REDIS_DEADLINE_MS, answer, () => {
    throw new Error(`it takes longer than ${REDIS_DEADLINE_MS} ms to answer`);
  });

function keyvOver(client: RedisConnection['client']): Keyv<string> {
  const adapter = new KeyvRedis<string>(client, { throwOnConnectError: false, throwOnErrors: true });
  // No namespace: the keys are part of the contract (`topup_configuration:…`), other programs may read them.
  const keyv = new Keyv<string>({
    store: adapter,
    namespace: '',
    useKeyPrefix: false,
    throwOnErrors: true,
    serialize: JSON.stringify,
    deserialize: parseOrNothing,
  });
  // The calls report the errors.
  keyv.on('error', () => undefined);
  return keyv;
}

/** Ignores a foreign text under one of our keys. */
function parseOrNothing(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
