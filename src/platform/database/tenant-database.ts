import pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { Caller } from '../auth/caller.ts';
import type { RequestContext } from '../server/request-context.ts';
import { type Answers, sendAll } from './send.ts';
import { type Call, call, type SqlRow, statement } from './statement.ts';
import { inTransaction, retried } from './transaction.ts';

/**
 * What is asked here is planned once per connection. Left to itself PostgreSQL plans for each list of ids anew, in a database that has
 * grown: its plan for lists in general, of ten it supposes, looks dearer than that for one id. Planning takes longer than to
 * read, and the plan is the same: by an index, however many are asked for.
 */
const READS = statement(
  `select set_config('self_topup.organization_id', $1, true), set_config('self_topup.every_organization', $2, true),
     set_config('transaction_read_only', 'on', true), set_config('plan_cache_mode', 'force_generic_plan', true)`,
);
const WRITES = statement(
  `select set_config('self_topup.organization_id', $1, true), set_config('self_topup.every_organization', 'off', true)`,
);

/**
 * The database as callers' requests reach it. Services ask for the rows of the caller's organization; PostgreSQL, told here
 * whose transaction this is, shows no others whatever was asked for (row-level security, migration 1764400000000). Said for
 * one transaction at a time, so that nothing of it is left on a connection that the next caller gets.
 */
export class TenantDatabase {
  /** `connections` act as the runtime role; without a transaction of ours they see no organization's rows. */
  constructor(readonly connections: DataSource) {}

  /** Statements that read, in one read-only transaction and one round trip. Sees what read() sees. */
  async ask<C extends readonly Call<SqlRow>[]>({ caller }: RequestContext, ...calls: C): Promise<Answers<C>> {
    const reads = call(READS, organizationOf(caller), isSupport(caller) ? 'on' : 'off');
    const [, ...answers] = await sendAll(this.connections, reads, ...calls);
    return answers as Answers<C>;
  }

  /** Statements that write, in one transaction and one round trip, as write() does; again where PostgreSQL asks for it. */
  async tell<C extends readonly Call<SqlRow>[]>({ caller }: RequestContext, ...calls: C): Promise<Answers<C>> {
    const writes = call(WRITES, organizationOf(caller));
    const [, ...answers] = await retried(() => sendAll(this.connections, writes, ...calls));
    return answers as Answers<C>;
  }

  /** In one read-only transaction. Sees rows of the caller's own organization; of every one where the caller is support. */
  async read<T>({ caller }: RequestContext, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const session = this.connections.createQueryRunner();
    await session.connect();
    try {
      // One round trip. No statement of ours but this one is put together from text.
      await session.query(`begin transaction read only; ${scope(caller, isSupport(caller))}`);
      const answer = await work(session.manager);
      await session.query('commit');
      return answer;
    } catch (error) {
      await session.query('rollback').catch(() => undefined);
      throw error;
    } finally {
      await session.release();
    }
  }

  /** As inTransaction(). Sees and writes rows of the caller's own organization alone: support writes for none. */
  write<T>({ caller }: RequestContext, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return inTransaction(this.connections, async (tx) => {
      await tx.query(scope(caller, false));
      return work(tx);
    });
  }
}

const isSupport = (caller: Caller | undefined) => caller?.scopes.has('topup:support') === true;

/** Nobody is an organization without a name. */
function organizationOf(caller: Caller | undefined): string {
  const organizationId = caller?.organizationId ?? '';
  if (/\p{Cc}/u.test(organizationId)) throw new TypeError('An organization id holds no control characters');
  return organizationId;
}

/** Until the transaction ends. */
function scope(caller: Caller | undefined, everyOrganization: boolean): string {
  return `select set_config('self_topup.organization_id', ${pg.escapeLiteral(organizationOf(caller))}, true),
    set_config('self_topup.every_organization', '${everyOrganization ? 'on' : 'off'}', true)`;
}
