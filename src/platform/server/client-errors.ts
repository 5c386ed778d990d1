import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { failureBody, isGraph } from './failure-body.ts';

const STATUS: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };
const MESSAGE: Record<number, string> = {
  400: 'This is not HTTP as it is understood here.',
  408: 'The request took too long to arrive.',
  431: 'The headers are too large.',
};

/** Answers what never became a whole request, and closes its connection. */
export function answerClientErrors() {
  const latest = new WeakMap<Duplex, ServerResponse>();

  /** An answer in the middle of another, or behind the one that this request had already, would be taken for a later request's. */
  function isUnanswered(response: ServerResponse | undefined): boolean {
    if (response === undefined) return true;
    return response.req.complete ? response.writableFinished : !response.headersSent;
  }

  return {
    watch(server: Server): void {
      server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => latest.set(socket, response));
    },
    clientErrorHandler({ code = '' }: NodeJS.ErrnoException, socket: Duplex): void {
      const response = latest.get(socket);
      if (code !== 'ECONNRESET' && socket.writable && isUnanswered(response)) {
        const status = STATUS[code] ?? 400;
        const toGraph = response?.req.complete === false && isGraph(response.req.url ?? '');
        socket.write(wholeAnswer(status, JSON.stringify(failureBody(toGraph, MESSAGE[status] ?? ''))));
      }
      socket.destroy();
    },
  };
}

function wholeAnswer(status: number, body: string): string {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
