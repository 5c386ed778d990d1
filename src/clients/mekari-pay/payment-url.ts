export interface PaymentUrlRule {
  /** MEKARI_PAY_URL. */
  payBaseUrl: string;
  /** When given, only these: exact names, in small letters. */
  hosts: readonly string[] | undefined;
}

const MAX_LENGTH = 2048;
/**
 * What RFC 3986 lets stand in a URL, with nothing but a host and a port before the path: no user and password, no backslash,
 * no space, no letter beyond ASCII. So every reader (browser, mail program, ours) finds the same host in it.
 */
const PLAIN = /^https?:\/\/[a-z0-9.[\]:-]+([/?#][\w.~!$&'()*+,;=:@/?#%-]*)?$/i;
const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

/**
 * Whether a buyer may be sent there to pay: https; plain http only to Mekari Pay's own origin, where it is spoken to so on
 * this very machine, which is a sandbox.
 */
export function createPaymentUrlCheck({ payBaseUrl, hosts }: PaymentUrlRule): (url: string) => boolean {
  const pay = new URL(payBaseUrl);
  return (text) => {
    if (text.length > MAX_LENGTH || !PLAIN.test(text) || !URL.canParse(text)) return false;
    const url = new URL(text);
    const isSafe = url.protocol === 'https:' || (url.origin === pay.origin && LOOPBACK.includes(url.hostname));
    return isSafe && (hosts === undefined || hosts.includes(url.hostname));
  };
}

/** Its host, for the log: the rest may open somebody's payment. */
export function hostOf(text: string): string {
  return (URL.canParse(text) && new URL(text).hostname.slice(0, 253)) || 'none';
}
