import { createHash, createHmac } from 'node:crypto';
import type { Sandbox } from '../../../sandbox/index.ts';

/** A signed call, written from the contract alone; each part can be corrupted. */
export interface SignedCall {
  method?: string;
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  rawBody?: string;
  key?: string;
  date?: string;
  clientId?: string;
  secret?: string;
  /** The request line to sign, when it differs from the sent one. */
  signedTarget?: string;
  /** Replaces headers; undefined leaves one out. */
  headers?: Record<string, string | undefined>;
  signal?: AbortSignal;
  redirect?: RequestRedirect;
}

let keys = 0;

export async function signedFetch(sandbox: Sandbox, url: string, call: SignedCall = {}): Promise<Response> {
  const { MEKARI_CLIENT_ID = '', MEKARI_CLIENT_SECRET = '' } = sandbox.environment();
  const { method = 'GET', date = new Date().toUTCString() } = call;
  const { pathname, search } = new URL(url);
  const line = `${method} ${call.signedTarget ?? pathname + search} HTTP/1.1`;
  const signature = createHmac('sha256', call.secret ?? MEKARI_CLIENT_SECRET)
    .update(`date: ${date}\n${line}`)
    .digest('base64');
  const username = call.clientId ?? MEKARI_CLIENT_ID;
  const headers: Record<string, string | undefined> = {
    date,
    authorization: `hmac username="${username}", algorithm="hmac-sha256", headers="date request-line", signature="${signature}"`,
  };
  const body = call.rawBody ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  if (method !== 'GET') {
    keys += 1;
    headers['content-type'] = 'application/json';
    headers['digest'] = `SHA-256=${createHash('sha256')
      .update(body ?? '')
      .digest('base64')}`;
    headers['x-idempotency-key'] = call.key ?? `key-${keys}`;
  }
  const sent = Object.entries({ ...headers, ...call.headers }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const { signal, redirect = 'manual' } = call;
  return fetch(url, {
    method,
    headers: sent,
    redirect,
    ...(body !== undefined && { body }),
    ...(signal && { signal }),
  });
}

/** The code of an error answer and the fields that it names. */
export async function errorOf(response: Response): Promise<{ status: number; code: string; fields: string[] }> {
  const { error } = (await response.json()) as { error: { code: string; fields?: { field: string }[] } };
  return { status: response.status, code: error.code, fields: (error.fields ?? []).map(({ field }) => field) };
}

export async function dataOf<T>(response: Response): Promise<T> {
  return ((await response.json()) as { data: T }).data;
}

/** Sets a switch of the sandbox over HTTP, as a person does. */
export function control(url: string, method = 'GET', body?: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body), headers }) });
}
