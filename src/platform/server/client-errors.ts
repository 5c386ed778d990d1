import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Connections } from './connections.ts';
import { isGraph, malformedBody } from './failures.ts';

const STATUS: Record<string, number> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  BODIES_TOO_LARGE: 503,
};
const MESSAGE: Record<number, string> = {
  400: 'The request is not valid HTTP.',
  408: 'The request took too long to arrive.',
  431: 'The headers are too large.',
  503: 'The server is busy with other requests: try again in a while.',
};

/** Answers bytes that do not form a request, and closes their connection. */
export function answerClientError(open: Connections, code: string, socket: Duplex): void {
  const response = open.of(socket)?.latest?.response;
  if (code !== 'ECONNRESET' && socket.writable && isUnanswered(response)) {
    const status = STATUS[code] ?? 400;
    const toGraph = response?.req.complete === false && isGraph(response.req.url ?? '');
    socket.write(wholeAnswer(status, JSON.stringify(malformedBody(toGraph, MESSAGE[status] ?? ''))));
  }
  socket.destroy();
}

/** An answer within or after another one would look like the answer to the client's next request. */
function isUnanswered(response: ServerResponse | undefined): boolean {
  if (response === undefined) return true;
  return response.req.complete ? response.writableFinished : !response.headersSent;
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
