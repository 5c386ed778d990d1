/** Node's HTTP server and nothing else: reads a request to its end, and answers the very bytes that it was told for that path. */
import { createServer } from 'node:http';
import { listen } from './listen.ts';

const answers = new Map<string, Buffer>();

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const body = answers.get(request.url ?? '') ?? Buffer.alloc(0);
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
    response.end(body);
  });
});

process.on('disconnect', () => process.exit(0));
process.on('message', ({ path, body }: { path: string; body: string }) => {
  answers.set(path, Buffer.from(body));
  process.send?.({ path });
});
process.send?.({ url: await listen(server) });
