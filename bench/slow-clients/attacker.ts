import { connect } from 'node:net';
import { DEAREST } from '../hostile/dearest.ts';

/**
 * Runs as a process of its own, so that its CPU time does not affect the measuring process. Configured by arguments and
 * over IPC.
 */
export const KINDS = ['silent', 'headers', 'body', 'readers'] as const;
/** Kinds that fill the server's memory; each sends its first bytes at once. */
export const FLOODS = [
  'readyz',
  'metrics',
  'graph',
  'reconnecting',
  'large',
  'bodies',
  'errors',
  'openHeads',
  'heads',
  'manyHeaders',
] as const;
export type Kind = (typeof KINDS)[number] | (typeof FLOODS)[number];

/** The bytes of one read of Node's parser. */
const ONE_READ = 64 * 1024;

const TRICKLE_MS = 2000;
/** Connects this many at once: a listener's queue takes 511. */
const OPENING = 200;

const [port = '', kinds = '', count = '', token = ''] = process.argv.slice(2);
const post = (length: number) =>
  `POST /graphql HTTP/1.1\r\nhost: here\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
/** A cheap query: the measure is an open connection, not the work of five hundred queries at once. */
const ASKS = JSON.stringify({ query: '{ __typename }' });
const whole = (body: string) => post(Buffer.byteLength(body)) + body;
const pipelined = (request: string) => request.repeat(Math.floor(ONE_READ / request.length));
const get = (path: string) => pipelined(`GET ${path} HTTP/1.1\r\nhost: here\r\n\r\n`);
const LARGE = JSON.stringify({ query: DEAREST[0]?.query });
/** Each value is quoted in an error of its own. */
const MISFITS = JSON.stringify({
  query: 'query ($s: [TopupOrderStatus!]!) { topupOrders(status: $s) { totalCount } }',
  variables: { s: Array.from({ length: 60 }, () => 'x'.repeat(2000)) },
});
const LONG = 127 * 1024;
const head = (count: number, length: number) =>
  `POST /graphql HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: 9\r\n${Array.from(
    { length: count },
    (_, index) => `${(1000 + index).toString(36)}:${'v'.repeat(length)}\r\n`,
  ).join('')}`;
/** Each takes nearly all bytes that a head may have; the second has as many headers as Node takes by itself. */
const LONG_HEAD = head(90, 160);
const MANY_HEADERS = head(950, 10);

const PIPELINES: readonly Kind[] = ['readyz', 'metrics', 'graph'];
const UNREAD: readonly Kind[] = ['readers', 'large', 'errors'];

/** The first bytes of a client, and the bytes that it repeats. */
const SAYS: Record<Kind, [first: string, more: string]> = {
  silent: ['', ''],
  headers: ['POST /graphql HTTP/1.1\r\nhost: here\r\nx-long: ', 'a'],
  body: [post(100_000), 'a'],
  readers: [whole(ASKS), ''],
  readyz: [get('/readyz'), get('/readyz')],
  metrics: [get('/metrics'), get('/metrics')],
  graph: [pipelined(whole(ASKS)), pipelined(whole(ASKS))],
  reconnecting: [get('/readyz'), ''],
  large: [whole(LARGE), ''],
  bodies: [post(LONG) + ' '.repeat(LONG - 1), ''],
  errors: [whole(MISFITS), ''],
  openHeads: [LONG_HEAD, ''],
  heads: [`${LONG_HEAD}\r\n`, ''],
  manyHeaders: [`${MANY_HEADERS}\r\n`, ''],
};

let opened = 0;
let open = 0;
let opening = 0;
let isReady = false;
const wanted = Number(count);
const mix = kinds.split(',') as Kind[];

function openOne(): void {
  opening += 1;
  const kind = mix[opened % mix.length] ?? 'silent';
  opened += 1;
  const [first, more] = SAYS[kind];
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  let trickle: NodeJS.Timeout | undefined;
  let isOpen = false;
  socket.on('connect', () => {
    opening -= 1;
    open += 1;
    isOpen = true;
    if (UNREAD.includes(kind)) socket.pause();
    else socket.resume();
    socket.write(first);
    if (more !== '') trickle = setInterval(() => socket.write(more), TRICKLE_MS);
    fill();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(trickle);
    if (isOpen) open -= 1;
    else opening -= 1;
    // A closed connection is replaced at once, but a pipeline only when it would be sent again.
    setTimeout(fill, PIPELINES.includes(kind) ? TRICKLE_MS : 10);
  });
}

function fill(): void {
  while (opening < OPENING && open + opening < wanted) openOne();
  if (open < wanted || isReady) return;
  isReady = true;
  process.send?.('ready');
}

if (process.send !== undefined) {
  process.on('disconnect', () => process.exit(0));
  process.on('message', () => process.send?.({ opened }));
  fill();
}
