import { wordsOf } from '../telemetry/reason.ts';

/** PostgreSQL refuses a login, a database or a further connection, or it starts or stops. */
const REFUSALS = /^(28|3D|53|57P)/;

/** pg's words for a connection that is not made in time, or breaks. */
const BROKEN = /timeout (expired|exceeded)|^Connection terminated/;

/** Says in a sentence why the database of a setting cannot be used; returns any other error as it is. */
export function unreachable(url: string, setting: string, error: Error & { code?: string }): Error {
  const { code = '', message } = error;
  if (REFUSALS.test(code)) return new Error(`The database of ${setting} refuses the connection: ${message}.`);
  if (!/^E[A-Z]+$/.test(code) && !BROKEN.test(message)) return error;
  const host = new URL(url).host || 'localhost';
  return new Error(
    `The database at ${host} cannot be reached (${wordsOf(error)}): see that it runs, and check ${setting}.`,
  );
}
