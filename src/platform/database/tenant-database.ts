import DataLoader from 'dataloader';
import type { DataSource, EntityManager } from 'typeorm';
import type { Caller } from '../auth/caller.ts';
import { perRequest, type RequestContext } from '../server/request-context.ts';
import type { Replica } from './replica.ts';
import { type Answers, BEGIN, BEGIN_READ_ONLY, runQuery, runTransaction } from './run-queries.ts';
import { type Query, raw, type Sql, sql } from './sql.ts';
import { inTransaction, withRetries } from './transaction.ts';

/**
 * The database as callers' requests reach it. Each transaction sets the caller's organization, and row-level security
 * (migration 1764400000000) hides all other rows. The setting ends with the transaction, so that the next caller on the
 * connection does not inherit it.
 */
export class TenantDatabase {
  private readonly batch = perRequest(
    ({ caller }) =>
      new DataLoader<Query, object[]>(
        async (queries) => {
          return runTransaction(this.connections, readingFor(caller), queries);
        },
        { cache: false },
      ),
  );

  /** `connections` take the runtime role, which sees no organization's rows outside these transactions. */
  constructor(
    readonly connections: DataSource,
    private readonly replica?: Replica,
  ) {}

  /**
   * Reads the caller's rows, or every organization's for support. Reads that a request starts in one tick (the fields of a
   * page, say) share one round trip and one read-only transaction, and fail together.
   */
  reads<Q extends readonly Query[]>(request: RequestContext, ...queries: Q): Promise<Answers<Q>> {
    return Promise.all(queries.map((query) => this.batch(request).load(query))) as Promise<Answers<Q>>;
  }

  /**
   * Like reads(), of rows that were created before a time, in milliseconds since 1970. If that is so long ago that no caller can change
   * them, a replica may answer, some seconds behind. Nothing that decides about money is read in this way.
   */
  async history<Q extends readonly Query[]>(
    request: RequestContext,
    before: number,
    ...queries: Q
  ): Promise<Answers<Q>> {
    const answers = this.replica?.mayAnswer(before)
      ? await this.replica.read(readingFor(request.caller), queries)
      : undefined;
    return answers ?? this.reads(request, ...queries);
  }

  /**
   * Writes the caller's own rows in one round trip and one transaction. Retries a deadlock or a serialization failure.
   */
  async writes<Q extends readonly Query[]>({ caller }: RequestContext, ...queries: Q): Promise<Answers<Q>> {
    const scope = scopeOf(caller, 'off');
    return withRetries(() => runTransaction(this.connections, [BEGIN, scope], queries));
  }

  /** Runs several steps on the caller's own rows in one transaction, like inTransaction(). */
  async transaction<T>({ caller }: RequestContext, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const scope = scopeOf(caller, 'off');
    return inTransaction(this.connections, async (tx) => {
      await runQuery(tx, scope);
      return work(tx);
    });
  }
}

/**
 * In a large database PostgreSQL would plan again for each list of ids: its generic plan assumes ten ids and looks more
 * expensive than the plan for one. Planning takes longer than reading, and both plans use the same index.
 */
const PLAN_ONCE = raw(`, set_config('plan_cache_mode', 'force_generic_plan', true)`);

const readingFor = (caller: Caller | undefined): readonly Query[] => [
  BEGIN_READ_ONLY,
  scopeOf(caller, isSupport(caller) ? 'on' : 'off', PLAN_ONCE),
];

/** Holds until the transaction ends. A caller without a token gets an organization without a name. */
function scopeOf(caller: Caller | undefined, everyOrganization: 'on' | 'off', also: Sql = raw('')): Query {
  const organizationId = caller?.organizationId ?? '';
  if (/\p{Cc}/u.test(organizationId)) throw new TypeError('An organization id holds no control characters');
  return sql`select set_config('self_topup.organization_id', ${organizationId}, true),
    set_config('self_topup.every_organization', ${everyOrganization}, true)${also}`;
}

const isSupport = (caller: Caller | undefined) => caller?.scopes.has('topup:support') === true;
