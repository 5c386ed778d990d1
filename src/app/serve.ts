import { ConfigError, loadConfig } from '../config.ts';
import { type LogOutput, standardOutput } from '../platform/telemetry/log-output.ts';
import { createLogger, type Logger } from '../platform/telemetry/logger.ts';
import { prettyOutput } from '../platform/telemetry/pretty-output.ts';
import { reasonOf, wordsOf, writtenError } from '../platform/telemetry/reason.ts';
import type { Composition, Overrides } from './compose.ts';
import { assertNodeVersion } from './node-version.ts';
import { ProcessFaults } from './process-faults.ts';
import { StartRefusal } from './start-refusal.ts';

/**
 * Loads the configuration, composes the server, listens, and stops on a signal. Prints a failure at the start to stderr
 * and exits with 1. The development server replaces parts; `npm start` replaces none.
 */
export function serve(overrides: Overrides = {}): Promise<Composition> {
  return start(overrides).catch((error: Error) => {
    process.stderr.write(`${describe(error)}\n`);
    process.exit(1);
  });
}

function describe(error: Error): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof StartRefusal) return `Cannot start: ${wordsOf(error.cause)}`;
  return [`Cannot start: ${reasonOf(error)}`, ...writtenError(error).frames].join('\n    ');
}

const pretty = (output: LogOutput) =>
  prettyOutput(output).catch((error: Error) => {
    throw new StartRefusal(error);
  });

async function start(overrides: Overrides): Promise<Composition> {
  assertNodeVersion();
  const config = loadConfig();
  const output = standardOutput();
  const log = createLogger(config.LOG_LEVEL, config.LOG_FORMAT === 'pretty' ? await pretty(output) : output);
  const faults = new ProcessFaults(log);
  faults.watch();
  const stopping = stopOnSignal(log, output);
  // Imported here, because loading takes a third of a second, in which a signal must end the process too.
  const { compose } = await import('./compose.ts');
  const composition = await compose(config, {
    ...overrides,
    log,
    figures: {
      lostLogLines: () => output.lostLines,
      unhandledRejections: () => faults.unhandledRejections,
    },
  });
  // Must precede listen(): a supervisor that sees the port may stop the process at once.
  stopping.started(composition);
  await composition.server.listen({ port: config.PORT, host: config.HOST }).catch((error: Error) => {
    throw new StartRefusal(
      new Error(`The server cannot listen with HOST=${config.HOST} and PORT=${config.PORT}: ${wordsOf(error)}`),
    );
  });
  composition.log.info({ event: 'listening', addresses: composition.server.addresses(), publicUrl: config.PUBLIC_URL });
  return composition;
}

/**
 * Supervisors kill after ten seconds (docker stop) or thirty (Kubernetes). The process exits before that, even if
 * something hangs.
 */
const STOP_DEADLINE_MS = 9000;
/** For the last lines of the log, if their reader is slow. */
const LAST_LINES_MS = 500;

/**
 * Stops on a signal; a second one changes nothing. During the start the process ends at once: it serves nobody yet. It needs a
 * handler for that too, because the kernel ignores a signal without one for the first process of a container.
 */
function stopOnSignal(log: Logger, output: LogOutput) {
  let composition: Composition | undefined;
  let isStopping = false;
  const stopOnce = (reason: string) => {
    if (isStopping) return;
    isStopping = true;
    log.info({ event: 'stopping', reason });
    if (composition === undefined) process.exit(0);
    stop(composition, output);
  };
  process.on('SIGTERM', () => stopOnce('SIGTERM'));
  process.on('SIGINT', () => stopOnce('SIGINT'));
  // Another process, such as the development command, started this one over IPC and has ended.
  process.on('disconnect', () => stopOnce('the parent process ended'));
  return {
    started(complete: Composition): void {
      composition = complete;
    },
  };
}

function stop({ stop, unfinished, log }: Composition, output: LogOutput): void {
  const exit = (code: number) => void output.flush(LAST_LINES_MS).finally(() => process.exit(code));
  // Another replica's upkeep frees a job that is left behind, and each step of a job commits alone. Exit code 1 tells
  // the supervisor that work was cut off.
  setTimeout(() => {
    log.error({ event: 'stop_incomplete', unfinished: unfinished() });
    process.exit(1);
  }, STOP_DEADLINE_MS);
  stop({ drained: true }).then(
    () => exit(0),
    (error: Error) => {
      log.error({ event: 'stop_failed', err: error });
      exit(1);
    },
  );
}
