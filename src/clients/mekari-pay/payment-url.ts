export interface PaymentUrlRule {
  /** MEKARI_PAY_URL. */
  payBaseUrl: string;
  /** If it is set, the only allowed hosts: exact names, in lower case. */
  hosts: readonly string[] | undefined;
}

const MAX_LENGTH = 2048;
/**
 * Matches a URL of RFC 3986's characters, with nothing but a host and a port before the path: no user and password, no
 * backslash, no space, no letter beyond ASCII. So every parser (browser, mail program, ours) finds the same host in it.
 */
const PLAIN = /^https?:\/\/[a-z0-9.[\]:-]+([/?#][\w.~!$&'()*+,;=:@/?#%-]*)?$/i;
const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

/**
 * Returns a check of whether a buyer may be sent to a URL to pay. It allows https, and plain http only to Mekari Pay's
 * own origin on this machine, which is a sandbox.
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

/** Returns the host for the log: the rest of the URL may give access to a payment. */
export function hostOf(text: string): string {
  return (URL.canParse(text) && new URL(text).hostname.slice(0, 253)) || 'none';
}
