import { createHmac, randomBytes } from 'node:crypto';
import { v5 as uuidv5 } from 'uuid';

/** 32 bytes; Standard Webhooks asks for 24 to 64. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** Identifies one event for one subscription: every repeat has it, and it tells nothing about other orders. */
export const messageId = (subscriptionId: string, orderId: string, sequence: number): string =>
  `evt_${uuidv5(`${orderId}:${sequence}`, subscriptionId)}`;

/**
 * Signs a body as Standard Webhooks, once with each secret: a receiver accepts any signature that it can verify. The time is that of
 * the attempt: receivers refuse old ones.
 */
export function signedHeaders(secrets: readonly string[], id: string, body: string, at: Date): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
