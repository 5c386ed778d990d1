import { type Composition, compose } from './compose.ts';
import { ConfigError, loadConfig } from './config.ts';

/** Configuration, composition, listening, stopping. Anything wrong at the start is said on stderr, and ends it with 1. */
async function main(): Promise<void> {
  const config = loadConfig();
  const composition = await compose(config);
  await composition.server.listen({ port: config.PORT, host: config.HOST });
  composition.log.info({ event: 'listening', addresses: composition.server.addresses(), publicUrl: config.PUBLIC_URL });
  stopOnSignal(composition);
}

function stopOnSignal({ stop, log }: Composition): void {
  let stopping = false;
  const stopOnce = (reason: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ event: 'stopping', reason });
    stop().then(
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

main().catch((error: Error) => {
  const message = error instanceof ConfigError ? error.message : `Cannot start: ${error.stack ?? error.message}`;
  process.stderr.write(`${message}\n`);
  process.exit(1);
});
