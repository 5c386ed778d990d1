import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type Clock, parseHttpDate } from '../clock.ts';
import { Refusal } from '../server/reply.ts';
import type { Call } from '../server/route.ts';

/** The credentials that callers of the neighbours need. */
export interface Credentials {
  clientId: string;
  clientSecret: string;
}

const TOLERANCE_MS = 5 * 60_000;
const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const KEY_LIMIT = 255;

function unauthorized(message: string): Refusal {
  return new Refusal(401, 'unauthorized', message);
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Parses the parameters of `hmac a="…", b="…"`. Each must occur exactly once. */
function parametersOf(authorization: string): Map<string, string> {
  const [, list] = /^hmac (.+)$/.exec(authorization) ?? [];
  if (list === undefined) throw unauthorized('Authorization must use the hmac scheme');
  const parameters = new Map<string, string>();
  for (const part of list.split(/,\s*/)) {
    const [, name, value] = /^([a-z]+)="([^"]*)"$/.exec(part) ?? [];
    if (name === undefined || value === undefined || parameters.has(name)) {
      throw unauthorized('Authorization must be hmac username="…", algorithm="…", headers="…", signature="…"');
    }
    parameters.set(name, value);
  }
  return parameters;
}

function checkDate(date: string | undefined, now: Date): string {
  const time = date === undefined ? undefined : parseHttpDate(date);
  if (date === undefined || time === undefined)
    throw unauthorized('the Date header is missing or is not an RFC 7231 date');
  if (Math.abs(now.getTime() - time) > TOLERANCE_MS) throw unauthorized('Date is more than five minutes off');
  return date;
}

function checkSignature(call: Call, credentials: Credentials, now: Date): void {
  const { authorization } = call.headers;
  if (authorization === undefined) throw unauthorized('the Authorization header is missing');
  const date = checkDate(call.headers.date, now);
  const parameters = parametersOf(authorization);
  if (parameters.get('algorithm') !== 'hmac-sha256') throw unauthorized('algorithm must be hmac-sha256');
  if (parameters.get('headers') !== 'date request-line') throw unauthorized('headers must be "date request-line"');
  if (parameters.get('username') !== credentials.clientId) throw unauthorized('username is not known');
  const signed = `date: ${date}\n${call.method} ${call.target} HTTP/1.1`;
  const expected = createHmac('sha256', credentials.clientSecret).update(signed).digest('base64');
  if (!same(parameters.get('signature') ?? '', expected)) throw unauthorized('the signature does not match');
}

function checkWrite(call: Call): void {
  const { digest, 'x-idempotency-key': key, 'content-type': type } = call.headers;
  const expected = `SHA-256=${createHash('sha256').update(call.rawBody).digest('base64')}`;
  if (typeof digest !== 'string') throw new Refusal(400, 'digest_missing', 'a write needs the Digest header');
  if (!same(digest, expected)) throw new Refusal(400, 'digest_mismatch', 'Digest does not match the body');
  if (typeof key !== 'string' || key.trim() === '' || key.length > KEY_LIMIT) {
    throw new Refusal(
      400,
      'idempotency_key_missing',
      `a write needs X-Idempotency-Key, of at most ${KEY_LIMIT} characters`,
    );
  }
  if (call.rawBody.length > 0 && !/^application\/json\s*(;|$)/i.test(type ?? '')) {
    throw new Refusal(415, 'unsupported_media_type', 'the body must be application/json');
  }
}

/** Checks a call as Mekari's public API does: signature (401), then on writes Digest and X-Idempotency-Key (400). */
export function createSignatureCheck(credentials: Credentials, clock: Clock): (call: Call) => void {
  return (call) => {
    checkSignature(call, credentials, clock());
    if (WRITES.has(call.method)) checkWrite(call);
  };
}

/** Returns the X-Idempotency-Key of a checked write. */
export function idempotencyKeyOf(call: Call): string {
  return String(call.headers['x-idempotency-key']);
}
