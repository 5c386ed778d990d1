import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { ROLES } from './roles.ts';

const TURN_MS = 100;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * True once the tables belong to the migrator, and the login may act as it. Before that the database is empty, or of a
 * version that had one login for everything.
 */
const BELONGS_TO_MIGRATOR = `select exists (
  select from pg_class where oid = to_regclass('schema_migrations') and relowner = to_regrole('${ROLES.migrator}')
    and pg_has_role(session_user, relowner, 'member')
) as belongs`;

/**
 * Waits until no other run of the migrations is in progress, and holds the others off until endTurn(). The turn is a lock on the table of
 * migrations, which needs the rights of its owner: an advisory lock could be held by every login, such as that of callers, for
 * ever. The mode conflicts with itself, and not with the rows that migrations insert. A database that does not belong
 * to the migrator yet has an advisory lock instead.
 *
 * Polls, because a session that waits inside a statement would block `create index concurrently` for ever. An open transaction
 * without a snapshot does not.
 */
export async function takeTurn(session: QueryRunner): Promise<void> {
  await endTurn(session);
  while (!(await tryTurn(session))) {
    await endTurn(session);
    await sleep(TURN_MS);
  }
}

export async function endTurn(session: QueryRunner): Promise<void> {
  await session.query('rollback');
}

async function tryTurn(session: QueryRunner): Promise<boolean> {
  await session.query('begin');
  // The transaction is idle for as long as the migrations take.
  await session.query(
    `select set_config(name, '0', true) from pg_settings where name in ('idle_in_transaction_session_timeout', 'transaction_timeout')`,
  );
  const [{ belongs }] = (await session.query(BELONGS_TO_MIGRATOR)) as [{ belongs: boolean }];
  if (!belongs) {
    const [row] = await session.query(`select pg_try_advisory_xact_lock(hashtextextended('migrate', 0)) as acquired`);
    return row?.acquired === true;
  }
  try {
    await session.query(`set local role ${ROLES.migrator}`);
    await session.query('lock table schema_migrations in share update exclusive mode nowait');
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === LOCK_NOT_AVAILABLE) return false;
    throw error;
  }
}
