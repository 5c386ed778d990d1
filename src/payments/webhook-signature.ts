import { Webhook, WebhookVerificationError } from 'standardwebhooks';

export type VerifyWebhook = (rawBody: Buffer, headers: Record<string, string | string[] | undefined>) => boolean;

/** Standard Webhooks over the raw bytes, five minutes' tolerance; any one of the secrets will do, for rotation. */
export function createWebhookVerifier(secrets: readonly string[]): VerifyWebhook {
  const webhooks = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return new Webhook(new Uint8Array(key), { format: 'raw' });
  });
  return (rawBody, headers) => {
    const signed: Record<string, string> = {};
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      const value = headers[name];
      if (typeof value !== 'string') return false;
      signed[name] = value;
    }
    return webhooks.some((webhook) => verifies(webhook, rawBody, signed));
  };
}

function verifies(webhook: Webhook, rawBody: Buffer, headers: Record<string, string>): boolean {
  try {
    webhook.verify(rawBody, headers, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}
