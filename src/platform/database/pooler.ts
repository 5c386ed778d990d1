import type { DataSource } from 'typeorm';

/**
 * Throws if two connections share a session, as behind a pooler that lends one for each transaction. Roles, time limits, advisory locks and
 * notifications belong to a session: they would reach another caller's statements. Needs two connections of the pool.
 */
export async function assertKeepsSessions(database: DataSource): Promise<void> {
  const [one, other] = [database.createQueryRunner(), database.createQueryRunner()];
  try {
    const pids: number[] = [];
    // A pooler lends the session that became free last, unless a third connection takes it: it is asked more than once.
    for (const connection of [one, other, one, other, one, other]) {
      const [row] = (await connection.query('select pg_backend_pid() as pid')) as [{ pid: number }];
      pids.push(row.pid);
    }
    if (new Set(pids).size === 2 && pids[0] === pids[2] && pids[1] === pids[3]) return;
    throw new Error(
      'The pooler in front of PostgreSQL keeps no sessions (its connections share one): set it to session mode, such as PgBouncer with pool_mode = session, or connect to PostgreSQL directly',
    );
  } finally {
    await Promise.all([one.release(), other.release()]);
  }
}

/** Says what a pooler must let pass, if PostgreSQL's own code tells that it refused a startup parameter. */
export function refusedParameter(error: Error & { code?: string }): Error {
  const [, name] = /unsupported startup parameter(?: in options)?: (\S+)/.exec(error.message) ?? [];
  if (name === undefined) return error;
  return new Error(
    `The pooler in front of PostgreSQL refuses the startup parameter "${name}": let it pass, or give it to the logins by \`alter role\` and have the pooler ignore it (docs/operations.md 1)`,
    { cause: error },
  );
}
