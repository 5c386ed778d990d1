import { connect } from 'node:net';

/**
 * Runs as a process of its own, so that its CPU time does not affect the measuring process. Configured by arguments and
 * over IPC.
 */
export const KINDS = ['silent', 'headers', 'body', 'readers'] as const;
export type Kind = (typeof KINDS)[number];

const TRICKLE_MS = 2000;
/** Connects this many at once: a listener's queue takes 511. */
const OPENING = 200;

const [port = '', kinds = '', count = '', token = ''] = process.argv.slice(2);
const post = (length: number) =>
  `POST /graphql HTTP/1.1\r\nhost: here\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
/** A cheap query: the measure is an open connection, not the work of five hundred queries at once. */
const ASKS = JSON.stringify({ query: '{ __typename }' });

/** The first bytes of a client, and the bytes that it repeats; readers never read their answer. */
const SAYS: Record<Kind, [first: string, more: string]> = {
  silent: ['', ''],
  headers: ['POST /graphql HTTP/1.1\r\nhost: here\r\nx-long: ', 'a'],
  body: [post(100_000), 'a'],
  readers: [post(Buffer.byteLength(ASKS)) + ASKS, ''],
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
    if (kind === 'readers') socket.pause();
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
    // A closed connection is replaced at once.
    setTimeout(fill, 10);
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
