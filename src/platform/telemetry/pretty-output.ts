import type { DestinationStream } from 'pino';

/** Rewrites each JSON line for a person. Throws if pino-pretty is not installed, as in the image. */
export async function prettyOutput(output: DestinationStream): Promise<DestinationStream> {
  // A name that the bundler does not follow: the package must not ship with the server.
  const name = 'pino-pretty';
  const { prettyFactory } = (await import(name).catch((cause: Error) => {
    const words =
      'LOG_FORMAT is pretty, but pino-pretty is not installed here: it is for development. Leave LOG_FORMAT out';
    throw new Error(words, { cause });
  })) as typeof import('pino-pretty');
  const format = prettyFactory({
    messageKey: 'event',
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'service',
    singleLine: true,
  });
  return { write: (line: string) => output.write(format(line)) };
}
