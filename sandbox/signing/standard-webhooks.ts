import { createHmac } from 'node:crypto';

/**
 * Signs by the specification of Standard Webhooks. Shares no code with the product, so that two implementations check each
 * other.
 */
export interface SignedMessage {
  id: string;
  /** Seconds since 1970. */
  timestamp: number;
  body: string;
}

const PREFIX = 'whsec_';

function keyOf(secret: string): Buffer {
  if (!secret.startsWith(PREFIX)) throw new Error(`a webhook secret begins with ${PREFIX}`);
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}

/** Returns one `v1,<base64>` per secret, separated by spaces. During a rotation a message carries two. */
export function signatureOf({ id, timestamp, body }: SignedMessage, secrets: readonly string[]): string {
  const content = `${id}.${timestamp}.${body}`;
  return secrets
    .map((secret) => `v1,${createHmac('sha256', keyOf(secret)).update(content).digest('base64')}`)
    .join(' ');
}

export function webhookHeaders(message: SignedMessage, secrets: readonly string[]): Record<string, string> {
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': signatureOf(message, secrets),
  };
}
