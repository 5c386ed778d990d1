import { createHash, createHmac } from 'node:crypto';

/** Mekari's HMAC scheme (contracts.md 3): the signature covers the date and the request line. */
export interface Credentials {
  clientId: string;
  clientSecret: string;
}

export function signedHeaders(
  credentials: Credentials,
  request: { method: string; pathAndQuery: string; at: Date },
): { date: string; authorization: string } {
  const date = request.at.toUTCString();
  const signature = createHmac('sha256', credentials.clientSecret)
    .update(`date: ${date}\n${request.method} ${request.pathAndQuery} HTTP/1.1`)
    .digest('base64');
  return {
    date,
    authorization: `hmac username="${credentials.clientId}", algorithm="hmac-sha256", headers="date request-line", signature="${signature}"`,
  };
}

export function digest(body: string): string {
  return `SHA-256=${createHash('sha256').update(body).digest('base64')}`;
}
