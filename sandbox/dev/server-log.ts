import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

export interface ServerLog {
  path: string;
  /** Takes one line of the server's standard output. */
  take(line: string): void;
  /** Passes each line on, from now on. */
  follow(listener: (line: string) => void): void;
  /** The last lines, to be shown if the server ends by itself. */
  tail(): string;
  close(): Promise<void>;
}

const TAIL_LINES = 15;

/** Keeps the server's log in a file, so that the terminal keeps the addresses. A new start begins a new file. */
export function openServerLog(path: string): ServerLog {
  const file = createWriteStream(path);
  // A full disk ends no development server.
  file.on('error', (error) => console.error(`The log cannot be written: ${error.message}`));
  const last: string[] = [];
  let listener: (line: string) => void = () => undefined;
  return {
    path,
    take(line) {
      file.write(`${line}\n`);
      last.push(line);
      if (last.length > TAIL_LINES) last.shift();
      listener(line);
    },
    follow(next) {
      listener = next;
    },
    tail: () => last.join('\n'),
    async close() {
      file.end();
      await finished(file).catch(() => undefined);
    },
  };
}
