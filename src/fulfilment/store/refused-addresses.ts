import { type DataSource, type EntityManager, In, MoreThanOrEqual } from 'typeorm';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Gauge } from '../../platform/telemetry/telemetry.ts';
import { RefusedMailAddress } from './refused-mail-address.entity.ts';

/** After this many refusals the address gets no more mail. */
export const REFUSALS_TO_SUPPRESS = 3;

export async function isSuppressed(database: DataSource, addressHash: string): Promise<boolean> {
  const where = { addressHash, refusals: MoreThanOrEqual(REFUSALS_TO_SUPPRESS) };
  return database.getRepository(RefusedMailAddress).existsBy(where);
}

const insertRefusals = insertInto(RefusedMailAddress);

/** Counts one refusal. Returns their number since the address was last accepted. */
export async function countRefusal(
  database: DataSource,
  refusal: Omit<RefusedMailAddress, 'refusals'>,
): Promise<number> {
  const [row] = await runQuery(
    database,
    sql<{ refusals: number }>`
      ${insertRefusals([{ ...refusal, refusals: 1 }])}
      on conflict (address_hash) do update set refusals = refused_mail_addresses.refusals + 1, reason = excluded.reason,
        organization_id = excluded.organization_id, refused_at = excluded.refused_at
      returning refusals`,
  );
  return row?.refusals ?? 0;
}

export async function forgetRefusals(tx: EntityManager, addressHash: string): Promise<void> {
  await tx.delete(RefusedMailAddress, { addressHash });
}

/** Returns the suppressed addresses, newest first. */
export function suppressedAddresses(database: DataSource): Promise<RefusedMailAddress[]> {
  const where = { refusals: MoreThanOrEqual(REFUSALS_TO_SUPPRESS) };
  return database.getRepository(RefusedMailAddress).find({ where, order: { refusedAt: 'DESC' } });
}

/** Lets mails go to these addresses again. Returns their number. */
export async function unsuppress(database: DataSource, addressHashes: readonly string[]): Promise<number> {
  const { affected } = await database.getRepository(RefusedMailAddress).delete({ addressHash: In([...addressHashes]) });
  return affected ?? 0;
}

/** Reads a row per address that was refused: a small table. */
export function refusedAddressGauge(database: DataSource): Gauge {
  return {
    name: 'mail_addresses',
    description: 'Addresses that the mail server refuses: refused (still tried), suppressed (no more mail)',
    label: 'state',
    async read() {
      const repository = database.getRepository(RefusedMailAddress);
      const suppressed = await repository.countBy({ refusals: MoreThanOrEqual(REFUSALS_TO_SUPPRESS) });
      return new Map([
        ['suppressed', suppressed],
        ['refused', (await repository.count()) - suppressed],
      ]);
    },
  };
}
