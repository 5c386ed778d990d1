import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { currentTraceId } from './spans.ts';

export type { Logger };

/**
 * JSON lines, on standard output where nothing else is given. Bodies, tokens and addresses are never passed in; the paths below are a second lock, for
 * the day on which somebody logs a whole request or error.
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
    // An error's other members may hold a query's parameters or a request's headers.
    serializers: {
      err: ({ name, message, stack, code }: Error & { code?: unknown }) => ({ name, message, stack, code }),
    },
    redact: {
      paths: ['*.authorization', '*.headers', '*.token', '*.email', '*.body'],
      censor: '[redacted]',
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
