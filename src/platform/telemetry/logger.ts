import pino, { type DestinationStream, type LogFn, type Logger, type LoggerOptions } from 'pino';
import { standardOutput } from './log-output.ts';
import { blankSecrets, writtenError } from './reason.ts';
import { currentTraceId } from './spans.ts';

export type { Logger };

/**
 * Logs JSON lines, to standard output by default. Callers never pass bodies, tokens or addresses. Two more guards: reason.ts
 * filters errors, and every line is searched for secrets.
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
    // The library's own serializer would add fields to the filtered error.
    serializers: { err: (error: unknown) => error },
    hooks: {
      // Not in a serializer: the library copies the error's message into the line before that.
      logMethod(args, method) {
        const [fields, ...rest] = args as [object, ...string[]];
        method.apply(this, [withWrittenError(fields), ...rest] as Parameters<LogFn>);
      },
      streamWrite: blankSecrets,
    },
  };
  return pino(options, destination ?? standardOutput());
}

function withWrittenError(fields: object): object {
  if (fields instanceof Error) return { err: writtenError(fields) };
  return 'err' in fields ? { ...fields, err: writtenError(fields.err) } : fields;
}
