import { createHash, timingSafeEqual } from 'node:crypto';
import type { onRequestHookHandler } from 'fastify';
import { sendGraphError } from './failures.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/**
 * Requires one of the secrets in `x-gateway-secret`. Without configured secrets, every request passes. Compares hashes in
 * constant time, so that the time reveals neither the length nor the content of a secret.
 */
export function requireGatewaySecret(secrets: readonly string[] | undefined): onRequestHookHandler {
  const hashes = secrets?.map(sha256);
  return (request, reply, done) => {
    if (hashes === undefined) return done();
    // Node joins two such headers with a comma, which no secret contains.
    const header = request.headers['x-gateway-secret'];
    const hash = sha256(typeof header === 'string' ? header : '');
    // Compares all of them, so that the time does not reveal which one matched.
    const matches = hashes.filter((secret) => timingSafeEqual(secret, hash));
    if (matches.length > 0) return done();
    const message = 'Only the gateway may call this.';
    void sendGraphError(request, reply, { status: 403, message, extensions: { code: 'FORBIDDEN' } });
  };
}
