import type { IncomingMessage } from 'node:http';
import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify';

const FIRST_BYTES = 2048;

/** Learns how many more bytes of memory the body of a request takes. */
export type HoldBody = (request: FastifyRequest, bytes: number) => void;
type Done = (error: Error | null, body?: Buffer) => void;

/**
 * Copies a body into one buffer as it arrives, and answers 413 beyond `maxBytes`. Fastify's own reader keeps every chunk until the
 * end, and a chunk of one byte takes two hundred bytes of memory.
 */
function readBody(request: FastifyRequest, maxBytes: number, hold: HoldBody, done: Done): void {
  const { raw, headers } = request;
  const declared = Number(headers['content-length'] ?? 0);
  if (declared > maxBytes) {
    done(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    return;
  }
  let body = Buffer.allocUnsafeSlow(0);
  let length = 0;
  const end = (error: Error | null, read?: Buffer) => {
    raw.off('data', take).off('end', finish).off('error', fail);
    done(error, read);
  };
  const take = (chunk: Buffer) => {
    if (length + chunk.length > maxBytes) return end(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    if (length + chunk.length > body.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(declared || FIRST_BYTES, length + chunk.length, 2 * body.length));
      body.copy(larger, 0, 0, length);
      hold(request, larger.length - body.length);
      body = larger;
    }
    length += chunk.copy(body, length);
  };
  const finish = () => end(null, body.subarray(0, length));
  const fail = (error: Error) => end(Object.assign(error, { statusCode: 400 }));
  raw.on('data', take).on('end', finish).on('error', fail);
}

/** Reads JSON and plain text, as Fastify's own parsers do. Any other type answers 415. */
export function readTexts(app: FastifyInstance, maxBytes: number, hold: HoldBody): void {
  app.removeAllContentTypeParsers();
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', (request, _payload: IncomingMessage, done) =>
    readBody(request, maxBytes, hold, (error, body) => {
      if (error === null) parseJson(request, String(body), done);
      else done(error);
    }),
  );
  app.addContentTypeParser('text/plain', (request, _payload: IncomingMessage, done) =>
    readBody(request, maxBytes, hold, (error, body) => done(error, body?.toString())),
  );
}

/** Reads bodies of every type as bytes. */
export function readBytes(app: FastifyInstance, maxBytes: number, hold: HoldBody): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, _payload: IncomingMessage, done) =>
    readBody(request, maxBytes, hold, (error, body) => done(error, body)),
  );
}
