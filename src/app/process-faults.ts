import { isLostFieldError } from '../platform/graphql/lost-field-error.ts';
import type { Logger } from '../platform/telemetry/logger.ts';

/**
 * Decides about faults that no code catches (docs/decisions/0060). A caller may have caused one through a library, and must not end
 * the requests of others.
 *
 * - A rejection that nobody awaits is contained. Its computation has ended, with its transaction, and nothing else was
 *   interrupted. It is logged and counted, and the process goes on.
 * - An exception outside every promise (a timer, an event without a listener) has unwound through code that did not finish, so the
 *   state of the process is unknown. The process ends with exit code 1, and every step of money survives that.
 */
export class ProcessFaults {
  private rejections = 0;

  constructor(private readonly log: Logger) {}

  /** The number of rejections that nobody awaited, since the start. */
  get unhandledRejections(): number {
    return this.rejections;
  }

  watch(): void {
    process.on('uncaughtException', (error) => {
      // Node's own dump would show everything that the error holds.
      this.log.fatal({ event: 'crashed', err: error });
      process.exit(1);
    });
    process.on('unhandledRejection', (reason) => {
      // Its request has been answered, with the error of another field.
      if (isLostFieldError(reason)) {
        this.log.error({ event: 'field_failed', path: reason.path?.join('.'), err: reason.originalError ?? reason });
        return;
      }
      this.rejections += 1;
      this.log.error({ event: 'rejection_unhandled', err: reason });
    });
  }
}
