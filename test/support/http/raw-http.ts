import { connect } from 'node:net';

export interface RawAnswer {
  /** 0: the connection was closed without an answer. */
  status: number;
  /** The headers by lower-case name. */
  headers: Record<string, string>;
  body: string;
}

/**
 * Sends raw bytes that no client would send, and returns every answer until the connection ends, which the bytes must
 * cause.
 */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<RawAnswer[]> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  const { promise, resolve } = Promise.withResolvers<string>();
  let received = '';
  socket.setEncoding('latin1').on('data', (text) => {
    received += text;
  });
  // A reset connection counts like a closed one.
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(received));
  socket.write(bytes);
  return answersIn(await promise);
}

function answersIn(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    rest = rest.slice(end + 4);
    const length = 'content-length' in headers ? Number(headers['content-length']) : rest.length;
    answers.push({ status: Number(first.split(' ')[1]), headers, body: rest.slice(0, length) });
    rest = rest.slice(length);
  }
  return answers;
}
