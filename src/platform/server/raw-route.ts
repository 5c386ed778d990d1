import type { IncomingHttpHeaders } from 'node:http';

/** A POST that needs its body's very bytes, because its signature covers them. */
export interface RawRoute {
  path: string;
  maxBytes: number;
  /** Of a body that could not be had: larger than that, or broken off. */
  onUnread?(): void;
  answer(rawBody: Buffer, headers: IncomingHttpHeaders): Promise<{ status: number; error?: string }>;
}
