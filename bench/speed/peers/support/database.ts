import type { Socket } from 'node:net';
import pg from 'pg';
import type { RequestContext } from './request.ts';
import { roundTrip } from './round-trip.ts';
import { type Call, call, type SqlRow, statement } from './statement.ts';

const POOL = 10;
const STATEMENT_TIMEOUT_MS = 15_000;
const ANSWER_MS = 2000;
const ROLE = 'self_topup_runtime';

const READS = statement(
  `select set_config('self_topup.organization_id', $1, true), set_config('self_topup.every_organization', $2, true),
     set_config('transaction_read_only', 'on', true), set_config('plan_cache_mode', 'force_generic_plan', true)`,
);

/** A connection whose server says nothing any more is broken. */
const socketOf = (client: object) => (client as { connection: { stream: Socket } }).connection.stream;
function giveUp(this: Socket): void {
  this.destroy(new Error('the database says nothing'));
}

type Answers<C extends readonly Call<SqlRow>[]> = {
  -readonly [I in keyof C]: C[I] extends Call<infer R> ? R[] : never;
};

/** The database as callers' requests reach it: one round trip, under row-level security. As at 7376654. */
export class Database {
  readonly pool: pg.Pool;

  constructor(url: string) {
    const options = encodeURIComponent(`-c role=${ROLE}`);
    const connectionString = `${url}${url.includes('?') ? '&' : '?'}options=${options}`;
    this.pool = new pg.Pool({ connectionString, max: POOL, statement_timeout: STATEMENT_TIMEOUT_MS });
    this.pool.on('acquire', (client) => socketOf(client).setTimeout(STATEMENT_TIMEOUT_MS + ANSWER_MS, giveUp));
    this.pool.on('release', (_error, client) => socketOf(client).setTimeout(0, giveUp));
  }

  /** Runs reads in one read-only transaction that sees the caller's rows; every organization's where the caller is support. */
  async ask<C extends readonly Call<SqlRow>[]>({ caller }: RequestContext, ...calls: C): Promise<Answers<C>> {
    const isSupport = caller?.scopes.has('topup:support') === true;
    const reads = call(READS, caller?.organizationId ?? '', isSupport ? 'on' : 'off');
    const connection = await this.pool.connect();
    try {
      const [, ...answers] = await roundTrip(connection, [reads, ...calls]);
      return answers as Answers<C>;
    } finally {
      connection.release();
    }
  }
}
