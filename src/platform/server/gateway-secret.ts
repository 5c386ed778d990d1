import { createHash, timingSafeEqual } from 'node:crypto';
import type { onRequestHookHandler } from 'fastify';

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/**
 * Lets a request pass that sends one of the secrets in `x-gateway-secret`, and every request if no secret is configured. Compares
 * hashes in constant time, so that neither the length nor the content of a secret can be timed.
 */
export function requireGatewaySecret(secrets: readonly string[] | undefined): onRequestHookHandler {
  const hashes = secrets?.map(sha256);
  return (request, reply, done) => {
    if (hashes === undefined) return done();
    // Node joins two such headers with a comma, which no secret holds.
    const given = request.headers['x-gateway-secret'];
    const hash = sha256(typeof given === 'string' ? given : '');
    // All are compared, so that the time does not tell which one it was.
    const matches = hashes.filter((secret) => timingSafeEqual(secret, hash));
    if (matches.length > 0) return done();
    const error = { message: 'This answers to the gateway alone.', extensions: { code: 'FORBIDDEN' } };
    void reply.status(403).send({ errors: [error] });
  };
}
