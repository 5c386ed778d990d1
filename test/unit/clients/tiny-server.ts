import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface TinyServer {
  url: string;
  requests: ReceivedRequest[];
  /** The number of connections so far. */
  connections(): number;
  /** Sets its answer from now on; 200 and `{"data":"ok"}` at first. */
  answerWith(answer: (response: ServerResponse, request: ReceivedRequest) => void): void;
  close(): Promise<void>;
}

/** A neighbour with the exact answer that a test sets, on a port of its own. */
export async function startTinyServer(): Promise<TinyServer> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  let answer: (response: ServerResponse, request: ReceivedRequest) => void = (response) =>
    response.end('{"data":"ok"}');
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url: path = '', headers } = request;
    const entry = { method, path, headers, body: Buffer.concat(chunks).toString() };
    requests.push(entry);
    answer(response, entry);
  });
  server.on('connection', (socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => opened,
    answerWith: (next) => {
      answer = next;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
