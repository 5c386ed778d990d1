import { fstatSync, write, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Buffer for a reader that is slow or stands still. Beyond it lines are lost, and the server continues. */
const MAX_BUFFER_BYTES = 8 * 1024 * 1024;
const CHECK_MS = 10;

type Done = (error?: Error | null) => void;

/** A file descriptor that log lines go to. */
interface Target {
  /** Writes all bytes, or calls back with an error. Never blocks the process. */
  write(bytes: Buffer, done: Done): void;
  /** Writes as much as goes at once, for the exit of the process. */
  writeNow(bytes: Buffer): void;
}

/**
 * Writes log lines to a file descriptor, and never stops the server for them. If the disk is full, or the reader stands still or
 * has closed the pipe, lines are lost: they are counted, and the first loss is told on standard error.
 *
 * pino's own destination does not suit: at the exit of the process it repeats a failing write for ever, and a blocking write to
 * a full pipe occupies a thread that the exit waits for.
 */
export class LogOutput {
  private waiting: Buffer[] = [];
  private bytes = 0;
  private isWriting = false;
  private endsWithinLine = false;
  private lost = 0;
  // No parameter properties: a test runs this file without a build, and Node only strips types.
  private readonly target: Target;
  private readonly maxBytes: number;

  constructor(target: Target, maxBytes = MAX_BUFFER_BYTES) {
    this.target = target;
    this.maxBytes = maxBytes;
  }

  /** The number of lines that were not written since the start. */
  get lostLines(): number {
    return this.lost;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.bytes + bytes.length > this.maxBytes) {
      this.lose(1, 'its reader is slow or stands still');
      return;
    }
    this.waiting.push(bytes);
    this.bytes += bytes.length;
    if (!this.isWriting) this.writeNext();
  }

  /** Resolves when all lines are written or lost, after `ms` at the latest. */
  async flush(ms: number): Promise<void> {
    for (let waited = 0; this.bytes > 0 && waited < ms; waited += CHECK_MS) await sleep(CHECK_MS);
  }

  /** For the exit of the process. Lines that a stuck write has are lost. */
  flushNow(): void {
    const lines = this.waiting.splice(0);
    if (lines.length > 0) this.target.writeNow(Buffer.concat(lines));
  }

  private writeNext(): void {
    const lines = this.waiting.splice(0);
    if (lines.length === 0) return;
    this.isWriting = true;
    // The line that a full disk cut must not spoil the next one.
    const bytes = Buffer.concat(this.endsWithinLine ? [Buffer.from('\n'), ...lines] : lines);
    const size = lines.reduce((sum, { length }) => sum + length, 0);
    this.target.write(bytes, (error) => {
      this.isWriting = false;
      this.bytes -= size;
      this.endsWithinLine = Boolean(error);
      if (error) this.lose(lines.length, codeOf(error));
      this.writeNext();
    });
  }

  private lose(lines: number, reason: string): void {
    if (this.lost === 0) {
      const consequence = 'The server goes on without its lines, and counts them in log_lines_lost_total.';
      process.stderr.write(`The log cannot be written: ${reason}. ${consequence}\n`);
    }
    this.lost += lines;
  }
}

const codeOf = (error: Error & { code?: string }) => error.code ?? error.name;

/** Standard output. Lines that wait are written when the process exits. */
export function standardOutput(): LogOutput {
  const output = new LogOutput(targetOf(1));
  process.on('exit', () => output.flushNow());
  return output;
}

/** A pipe and a socket are written without blocking, in whole or not at all; a file by a thread beside the one that serves. */
export function targetOf(fd: number): Target {
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket() ? toStream(fd) : toFile(fd);
}

function toStream(fd: number): Target {
  const stream = new Socket({ fd, readable: false, writable: true });
  // Each write gets its error. Only the lines keep the process alive, not the open stream.
  stream.on('error', () => undefined).unref();
  return {
    write: (bytes, done) => void stream.write(bytes, done),
    writeNow: (bytes) => void stream.write(bytes),
  };
}

function toFile(fd: number): Target {
  const writeAll = (bytes: Buffer, done: Done) => {
    write(fd, bytes, (error, written) => {
      if (error || written === bytes.length) done(error);
      else writeAll(bytes.subarray(written), done);
    });
  };
  return {
    write: writeAll,
    writeNow(bytes) {
      try {
        writeSync(fd, bytes);
      } catch {
        // A full disk at the exit: nobody is left to tell.
      }
    },
  };
}
