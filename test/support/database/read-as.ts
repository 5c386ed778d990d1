import { type Query, raw, sql } from '../../../src/platform/database/sql.ts';
import type { TenantDatabase } from '../../../src/platform/database/tenant-database.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';

/** A statement without parameters, as text. */
export const statement = (text: string): Query<Record<string, unknown>> => sql`${raw(text)}`;

/** Reads as a caller's request does: in a read-only transaction of the caller's organization. */
export async function readAs(database: TenantDatabase, request: RequestContext, text: string) {
  const [rows] = await database.reads(request, statement(text));
  return rows;
}
