import { createHmac, randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';

export const SECRET = `whsec_${Buffer.from('a webhook secret for the sandbox').toString('base64')}`;

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

type Headers = Record<string, string | string[] | undefined>;

/** The base64 of a delivery's signature over bytes: the sandbox signs text only. */
export function signatureOf(body: string | Buffer, id: string, timestamp: number | string, secret = SECRET): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
}

/** Valid headers for these bytes, with the given changes. */
export function signed(
  body: string | Buffer,
  at: Date,
  { id = `msg_${randomUUID()}`, timestamp = String(Math.floor(at.getTime() / 1000)) } = {},
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signatureOf(body, id, timestamp)}`,
  };
}

/** Any bytes under any headers; a header with several values is sent as several lines. */
export function deliver(url: string, body: string | Buffer, headers: Headers): Promise<RawAnswer> {
  const sent: Record<string, string | string[]> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) sent[name] = value;
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/webhooks/mekari-pay`, { method: 'POST', agent: false, headers: sent });
    outgoing.on('error', reject);
    outgoing.on('response', async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
    });
    outgoing.end(body);
  });
}
