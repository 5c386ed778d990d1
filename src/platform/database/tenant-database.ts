import type { DataSource, EntityManager } from 'typeorm';
import type { Caller } from '../auth/caller.ts';
import type { RequestContext } from '../server/request-context.ts';
import { type Answers, BEGIN, BEGIN_READ_ONLY, runQuery, runTransaction } from './run-queries.ts';
import { type Query, sql } from './sql.ts';
import { inTransaction, retried } from './transaction.ts';

/**
 * The database as callers' requests reach it. Each transaction names the caller's organization, and row-level security
 * (migration 1764400000000) shows no other rows whatever was asked for. The name is set for one transaction at a time, so that
 * nothing of it stays on a connection that the next caller gets.
 */
export class TenantDatabase {
  /** `connections` act as the runtime role; without a transaction of ours they see no organization's rows. */
  constructor(readonly connections: DataSource) {}

  /** Reads in one round trip and one read-only transaction: the caller's rows, or every organization's for support. */
  async reads<Q extends readonly Query[]>({ caller }: RequestContext, ...queries: Q): Promise<Answers<Q>> {
    const scope = scopeOf(caller, isSupport(caller) ? 'on' : 'off');
    return runTransaction(this.connections, [BEGIN_READ_ONLY, scope, PLAN_ONCE], queries);
  }

  /** Writes in one round trip and one transaction, the caller's own rows alone; again where PostgreSQL asks for it. */
  async writes<Q extends readonly Query[]>({ caller }: RequestContext, ...queries: Q): Promise<Answers<Q>> {
    const scope = scopeOf(caller, 'off');
    return retried(() => runTransaction(this.connections, [BEGIN, scope], queries));
  }

  /** Several steps in one transaction, as inTransaction(). Reads and writes the caller's own rows alone. */
  async transaction<T>({ caller }: RequestContext, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const scope = scopeOf(caller, 'off');
    return inTransaction(this.connections, async (tx) => {
      await runQuery(tx, scope);
      return work(tx);
    });
  }
}

/**
 * In a database that has grown PostgreSQL would plan anew for each list of ids: its general plan, which supposes ten of them,
 * looks dearer than the plan for one. Planning takes longer than reading, and both plans go by the same index.
 */
const PLAN_ONCE = sql`select set_config('plan_cache_mode', 'force_generic_plan', true)`;

/** Holds until the transaction ends. A caller without a token is an organization without a name. */
function scopeOf(caller: Caller | undefined, everyOrganization: 'on' | 'off'): Query {
  const organizationId = caller?.organizationId ?? '';
  if (/\p{Cc}/u.test(organizationId)) throw new TypeError('An organization id holds no control characters');
  return sql`select set_config('self_topup.organization_id', ${organizationId}, true),
    set_config('self_topup.every_organization', ${everyOrganization}, true)`;
}

const isSupport = (caller: Caller | undefined) => caller?.scopes.has('topup:support') === true;
