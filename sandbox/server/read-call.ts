import type { IncomingMessage } from 'node:http';
import { Refusal } from './reply.ts';
import type { LoggedRequest } from './request-log.ts';
import type { Call } from './route.ts';

const BODY_LIMIT_BYTES = 5 * 1024 * 1024;

/** Reads a whole request. Throws a Refusal (413) for a body above the limit. */
export async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES)
      throw new Refusal(413, 'too_large', `the body is larger than ${BODY_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  const target = request.url ?? '/';
  const [path = '/', query = ''] = target.split('?', 2);
  const { method = 'GET', headers } = request;
  return {
    method,
    target,
    path,
    query: new URLSearchParams(query),
    headers,
    rawBody: Buffer.concat(chunks),
    params: {},
  };
}

/** Returns the part of a call that the log shows, without its credentials. */
export function loggable(call: Call): Omit<LoggedRequest, 'at' | 'status' | 'fault'> {
  const headers = Object.entries(call.headers).map(([name, value]) => [
    name,
    name === 'authorization' ? '(hidden)' : String(value),
  ]);
  const text = call.rawBody.toString('utf8');
  let body: unknown = text === '' ? null : text;
  try {
    body = JSON.parse(text);
  } catch {
    // A body that is not JSON stays text.
  }
  return { method: call.method, path: call.target, headers: Object.fromEntries(headers), body };
}
