import { type Composition, compose } from './app/compose.ts';
import { ConfigError, loadConfig } from './config.ts';
import { isLostFieldError } from './platform/graphql/lost-field-error.ts';
import { createLogger, type Logger } from './platform/telemetry/logger.ts';
import { reasonOf, writtenError } from './platform/telemetry/reason.ts';

/**
 * Loads the configuration, composes the server, listens, and stops on a signal. Prints a failure at the start to stderr
 * and exits with 1.
 */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLogger(config.LOG_LEVEL);
  endOnCrash(log);
  const composition = await compose(config, { log });
  // Must precede listen(): a supervisor that sees the port may stop the process at once.
  stopOnSignal(composition);
  await composition.server.listen({ port: config.PORT, host: config.HOST });
  composition.log.info({ event: 'listening', addresses: composition.server.addresses(), publicUrl: config.PUBLIC_URL });
}

/**
 * Supervisors kill after ten seconds (docker stop) or thirty (Kubernetes). The process exits before that, even if
 * something hangs.
 */
const STOP_DEADLINE_MS = 9000;

function stopOnSignal({ stop, unfinished, log }: Composition): void {
  let stopping = false;
  const stopOnce = (reason: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ event: 'stopping', reason });
    // Another replica's upkeep frees a job that is left behind, and each step of a job commits alone. Exit code 1 tells
    // the supervisor that work was cut off.
    setTimeout(() => {
      log.error({ event: 'stop_incomplete', unfinished: unfinished() });
      process.exit(1);
    }, STOP_DEADLINE_MS);
    stop({ drained: true }).then(
      () => process.exit(0),
      (error: Error) => {
        log.error({ event: 'stop_failed', err: error });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stopOnce('SIGTERM'));
  process.on('SIGINT', () => stopOnce('SIGINT'));
  // Another process, such as the development command, started this one over IPC and has ended.
  process.on('disconnect', () => stopOnce('the parent process ended'));
}

/** Ends the process on an uncaught error, as Node does. Node's own dump would show everything that the error holds. */
function endOnCrash(log: Logger): void {
  const crash = (error: unknown) => {
    log.fatal({ event: 'crashed', err: error });
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', (reason) => {
    if (!isLostFieldError(reason)) return crash(reason);
    log.error({ event: 'field_failed', path: reason.path?.join('.'), err: reason.originalError ?? reason });
  });
}

main().catch((error: Error) => {
  const describe = () => [`Cannot start: ${reasonOf(error)}`, ...writtenError(error).frames].join('\n    ');
  const message = error instanceof ConfigError ? error.message : describe();
  process.stderr.write(`${message}\n`);
  process.exit(1);
});
