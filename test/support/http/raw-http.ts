import { connect } from 'node:net';

export interface RawAnswer {
  /** 0: nothing was said before the connection was closed. */
  status: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: string;
}

/** Whatever bytes, as no client would send them: every answer up to the end of the connection, which the bytes must bring about. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<RawAnswer[]> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  const { promise, resolve } = Promise.withResolvers<string>();
  let received = '';
  socket.setEncoding('latin1').on('data', (text) => {
    received += text;
  });
  // A connection that is broken off says no more than one that is closed.
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
