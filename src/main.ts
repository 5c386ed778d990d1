import { type Composition, compose } from './app/compose.ts';
import { ConfigError, loadConfig } from './config.ts';
import { isLostFieldError } from './platform/graphql/lost-field-error.ts';
import { createLogger, type Logger } from './platform/telemetry/logger.ts';
import { reasonOf, writtenError } from './platform/telemetry/reason.ts';

/** Configuration, composition, listening, stopping. Anything wrong at the start is said on stderr, and ends it with 1. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLogger(config.LOG_LEVEL);
  endOnCrash(log);
  const composition = await compose(config, { log });
  // Before anybody hears of it: whoever reads that it listens may end it at once.
  stopOnSignal(composition);
  await composition.server.listen({ port: config.PORT, host: config.HOST });
  composition.log.info({ event: 'listening', addresses: composition.server.addresses(), publicUrl: config.PUBLIC_URL });
}

/** Supervisors kill after ten seconds (docker stop) or thirty (Kubernetes): it ends by itself before that, whatever hangs. */
const STOP_DEADLINE_MS = 9000;

function stopOnSignal({ stop, unfinished, log }: Composition): void {
  let stopping = false;
  const stopOnce = (reason: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ event: 'stopping', reason });
    // The upkeep of another replica frees a job that is left behind; every step of a job stands alone. The process ends with
    // 1, so that whoever restarts replicas in turn knows that something was cut off.
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
  // Started by another process over IPC, such as the development command: it is gone, and so are we.
  process.on('disconnect', () => stopOnce('the parent process is gone'));
}

/** Ends the process on an error that nobody caught, as Node would: but Node's own dump shows everything that the error holds. */
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
  const told = () => [`Cannot start: ${reasonOf(error)}`, ...writtenError(error).frames].join('\n    ');
  const message = error instanceof ConfigError ? error.message : told();
  process.stderr.write(`${message}\n`);
  process.exit(1);
});
