import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';

export type VerifyWebhook = (rawBody: Buffer, headers: Record<string, string | string[] | undefined>) => boolean;

const TOLERANCE_SECONDS = 300;
/** It is stored, so it is bounded; and without a full stop, which parts what is signed: `id.timestamp.body`. */
const ID = /^[!-\-/-~]{1,255}$/;
const TIMESTAMP = /^[1-9]\d{0,11}$/;
/** Of other versions and forms nothing is concluded: a header may hold several signatures. */
const SIGNATURE = /^v1,[A-Za-z0-9+/]{43}=$/;

/**
 * Standard Webhooks over the very bytes, five minutes' tolerance by our clock; any one of the secrets will do, for rotation.
 * Our own and not the specification's package, which verifies a body after decoding it (other bytes can hold under one
 * signature), reads `17640000xx` as a time, and knows no clock but the system's. The tests check the two against each other.
 */
export function createWebhookVerifier(secrets: readonly string[], clock: Clock): VerifyWebhook {
  const keys = secrets.map((secret) => createSecretKey(secret.replace(/^whsec_/, ''), 'base64'));

  function isOfNow(timestamp: string): boolean {
    const now = Math.floor(clock.now().getTime() / 1000);
    return Math.abs(now - Number(timestamp)) <= TOLERANCE_SECONDS;
  }

  return (rawBody, headers) => {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
    if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false;
    if (!ID.test(id) || !TIMESTAMP.test(timestamp) || !isOfNow(timestamp)) return false;
    const given = signatures.split(' ').filter((part) => SIGNATURE.test(part));
    const wanted = keys.map((key) => `v1,${sign(key, id, timestamp, rawBody)}`);
    // Each is compared with each to the end: how long it takes tells nothing of what it found.
    const found = wanted.flatMap((one) => given.map((other) => timingSafeEqual(Buffer.from(one), Buffer.from(other))));
    return found.includes(true);
  };
}

function sign(key: KeyObject, id: string, timestamp: string, rawBody: Buffer): string {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(rawBody).digest('base64');
}
