import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import got, { type OptionsInit, type RequestError } from 'got';
import ipaddr from 'ipaddr.js';

/** The answer's status, or the reason why there is none. Nothing of the receiver's text. */
export type WebhookAnswer = { status: number } | { failure: string };

export interface WebhookSender {
  /**
   * Never rejects. Follows no redirect, and reads the answer's body only to leave it. When `stopping` aborts, a request in flight gets
   * GRACE_MS more.
   */
  post(url: string, body: string, headers: Record<string, string>, stopping: AbortSignal): Promise<WebhookAnswer>;
  close(): void;
}

export interface WebhookTargets {
  /** Hosts of our own network: they may have private addresses, and no TLS. */
  internalHosts: readonly string[];
}

const TIMEOUT_MS = 10_000;
/** Less than the time that a stop may take (app/serve.ts). */
const GRACE_MS = 3000;
const MAX_ANSWER_BYTES = 65_536;
const MAX_SOCKETS = 64;

/** Returns why nothing may be sent there, or undefined. Addresses of host names are checked when they are looked up. */
export function refusalOf(text: string, { internalHosts }: WebhookTargets): string | undefined {
  if (!URL.canParse(text)) return 'it is not a URL';
  const { protocol, hostname, username, password } = new URL(text);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol !== 'https:' && protocol !== 'http:') return 'it is not an https URL';
  if (username !== '' || password !== '') return 'it carries a user name or a password';
  if (internalHosts.includes(host)) return undefined;
  if (protocol !== 'https:') return 'it is not an https URL';
  return ipaddr.isValid(host) && !isPublic(host) ? 'its address is not a public one' : undefined;
}

/** False for loopback, private, link-local, mapped and reserved addresses. */
const isPublic = (address: string): boolean => ipaddr.process(address).range() === 'unicast';

/**
 * Sends events to receivers that others choose. The address is checked when the connection is made, so a name that points to another address
 * later reaches nothing inside (server-side request forgery).
 */
export function createWebhookSender(targets: WebhookTargets): WebhookSender {
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS, lookup: lookupPublic(targets) };
  const agent = {
    http: new http.Agent(options),
    https: new https.Agent({ ...options, rejectUnauthorized: true }),
  };
  return {
    async post(url, body, headers, stopping) {
      const refusal = refusalOf(url, targets);
      return refusal === undefined ? postOnce(url, { body, headers, agent }, stopping) : { failure: refusal };
    },
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

/** The status counts as soon as it is there; the rest of the answer is read and dropped, up to a bound of bytes and of time. */
async function postOnce(
  url: string,
  request: Pick<OptionsInit, 'body' | 'headers' | 'agent'>,
  stopping: AbortSignal,
): Promise<WebhookAnswer> {
  const { promise, resolve } = Promise.withResolvers<WebhookAnswer>();
  let grace: NodeJS.Timeout | undefined;
  const onStop = () => {
    grace = setTimeout(() => {
      resolve({ failure: 'the process stops' });
      call.destroy();
    }, GRACE_MS);
  };
  const call = got.stream.post(url, {
    ...request,
    timeout: { request: TIMEOUT_MS },
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
  });
  call.on('response', ({ statusCode }: { statusCode: number }) => resolve({ status: statusCode }));
  call.on('downloadProgress', ({ transferred }) => {
    if (transferred > MAX_ANSWER_BYTES) call.destroy();
  });
  call.on('error', (error: RequestError) => resolve({ failure: refusedAddress(error) ?? error.code }));
  call.resume();
  stopping.addEventListener('abort', onStop);
  return promise.finally(() => {
    stopping.removeEventListener('abort', onStop);
    clearTimeout(grace);
  });
}

class PrivateAddressError extends Error {}

const refusedAddress = ({ cause }: RequestError): string | undefined =>
  cause instanceof PrivateAddressError ? cause.message : undefined;

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Looks a name up, and refuses it if one of its addresses is not public. */
function lookupPublic({ internalHosts }: WebhookTargets) {
  return (host: string, options: LookupOptions, found: Found): void => {
    lookup(host, options, (error, address: string | LookupAddress[], family?: number) => {
      if (error !== null || internalHosts.includes(host)) return found(error, address, family);
      const all = typeof address === 'string' ? [address] : address.map((each) => each.address);
      if (all.every(isPublic)) return found(null, address, family);
      found(new PrivateAddressError('its address is not a public one'), '');
    });
  };
}
