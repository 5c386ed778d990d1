import type { IncomingHttpHeaders } from 'node:http';

/** A POST that needs its body's very bytes, because its signature covers them. */
export interface RawRoute {
  path: string;
  maxBytes: number;
  answer(rawBody: Buffer, headers: IncomingHttpHeaders): Promise<{ status: number; error?: string }>;
}
