import type { Pool } from 'pg';
import { perRequest } from './request.ts';
import type { Configuration } from './rules.ts';

const VERSION = {
  name: 'catalogue-version',
  text: `select string_agg(id || ' ' || xmin, ',' order by id) as version from topup_configurations`,
};
const ROWS = `select code, label, active, excess_key as "excessKey", excess_package_id as "excessPackageId"
  from topup_configurations order by position, code`;

export type CatalogueRow = Pick<Configuration, 'code' | 'label' | 'active'> & {
  excessKey: string | null;
  excessPackageId: string | null;
};

/**
 * The catalogue as excess and balances read it, as at 7376654: rows are kept while their version is the same, and requests of one
 * moment share the statement that asks for it.
 */
export function createCatalogue(pool: Pool) {
  let kept: { version: string | null; rows: readonly CatalogueRow[] } | undefined;
  let inFlight: Promise<readonly CatalogueRow[]> | undefined;

  async function readWhereChanged(): Promise<readonly CatalogueRow[]> {
    const { rows: found } = await pool.query<{ version: string | null }>(VERSION);
    const version = found[0]?.version ?? null;
    if (kept?.version === version) return kept.rows;
    const { rows } = await pool.query<CatalogueRow>(ROWS);
    kept = { version, rows };
    return rows;
  }

  return perRequest(() => {
    inFlight ??= readWhereChanged().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  });
}

export type RowsOf = ReturnType<typeof createCatalogue>;
