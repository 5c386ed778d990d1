import pino, { type DestinationStream, type LogFn, type Logger, type LoggerOptions } from 'pino';
import { blankSecrets, writtenError } from './reason.ts';
import { currentTraceId } from './spans.ts';

export type { Logger };

/**
 * JSON lines, on standard output where nothing else is given. Bodies, tokens and addresses are never passed in. Behind that stand
 * two locks: an error is written as reason.ts allows, and what looks like a secret is blanked in every line.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { service: 'self-topup' },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin() {
      const traceId = currentTraceId();
      return traceId === undefined ? {} : { traceId };
    },
    redact: {
      paths: ['*.authorization', '*.headers', '*.token', '*.email', '*.body'],
      censor: '[redacted]',
    },
    // The library's own would add to what is written already.
    serializers: { err: (written: unknown) => written },
    hooks: {
      // Not by a serializer: the library takes the line's message from the error itself.
      logMethod(given, method) {
        const [fields, ...rest] = given as [object, ...string[]];
        method.apply(this, [withWrittenError(fields), ...rest] as Parameters<LogFn>);
      },
      streamWrite: blankSecrets,
    },
  };
  return pino(options, destination ?? standardOutput());
}

/** What waits while nobody reads it; beyond that lines are dropped, and the server is not. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/**
 * Written beside the work, and not within it: a write per line, which whoever reads it slowly would hold up, is felt by everybody. A
 * fatal line and the process's end write what is left; a process that is killed takes its last milliseconds along.
 */
const standardOutput = () => pino.destination({ dest: 1, sync: false, maxLength: MAX_WAITING_BYTES });

function withWrittenError(fields: object): object {
  if (fields instanceof Error) return { err: writtenError(fields) };
  return 'err' in fields ? { ...fields, err: writtenError(fields.err) } : fields;
}
