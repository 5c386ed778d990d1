import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { Clock } from '../../kernel/clock.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { type Answers, runQuery, runTransaction } from './run-queries.ts';
import { type Query, sql } from './sql.ts';

export interface ReplicaOptions {
  /** Opens the connections to the replica. Called again while it fails. */
  connect(): Promise<DataSource>;
  primary: DataSource;
  clock: Clock;
  /** A replica that is further behind is not read. */
  maxLagMs: number;
  /** Rows that are older are history: no caller can change them any more. */
  historyAgeMs: number;
  /** "behind" and "failed" were read from the primary. */
  onRead(outcome: 'replica' | 'behind' | 'failed'): void;
  onLag(seconds: number): void;
  onChange(isUp: boolean, reason: string | undefined): void;
}

const MEASURE_MS = 1000;
/** After this time the primary is asked. */
const LONGEST_READ_MS = 2000;

/**
 * A streaming replica for reads of history. Every second it takes the primary's position in the log, and asks the replica how far it has
 * replayed: the replica is as fresh as the last position that it has reached. No clock of another machine counts, and a primary
 * without writes leaves no lag. A standby that streams from nobody is not read: after a failover it may be ahead of the new primary,
 * and would count as fresh until that has caught up.
 */
export class Replica {
  private connections: DataSource | undefined;
  /** The primary's positions, oldest first, by performance.now(). */
  private positions: { at: number; lsn: bigint }[] = [];
  private freshAt = Number.NEGATIVE_INFINITY;
  /** The last time at which it is known to have been fresh, or the start: the metric goes on from there while it fails. */
  private lastFreshAt = performance.now();
  private isUp: boolean | undefined;
  private isClosed = false;

  constructor(private readonly options: ReplicaOptions) {
    void this.measureAlways();
  }

  /** True if the rows that were created before this time, in milliseconds since 1970, are history, and the replica may be asked for them. */
  mayAnswer(before: number): boolean {
    const { clock, historyAgeMs, maxLagMs, onRead } = this.options;
    if (before > clock.now().getTime() - historyAgeMs) return false;
    const isFresh = this.lagMs() <= maxLagMs;
    if (!isFresh) onRead('behind');
    return isFresh;
  }

  /** undefined if the replica fails, or takes too long: the same statements go to the primary then. */
  async read<Q extends readonly Query[]>(prelude: readonly Query[], queries: Q): Promise<Answers<Q> | undefined> {
    if (this.connections === undefined) return undefined;
    const answers = runTransaction(this.connections, prelude, queries).catch((error: Error) => this.lose(error));
    const answer = await Promise.race([answers, sleep(LONGEST_READ_MS, undefined, { ref: false })]);
    this.options.onRead(answer === undefined ? 'failed' : 'replica');
    return answer;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.connections?.destroy();
  }

  private lagMs(): number {
    return performance.now() - this.freshAt;
  }

  private async measureAlways(): Promise<void> {
    while (!this.isClosed) {
      await this.measure().catch((error: Error) => this.lose(error));
      this.options.onLag((performance.now() - this.lastFreshAt) / 1000);
      await sleep(MEASURE_MS, undefined, { ref: false });
    }
  }

  private async measure(): Promise<void> {
    const { primary, connect, maxLagMs } = this.options;
    const at = performance.now();
    const [written] = await runQuery(primary, WRITTEN);
    this.positions.push({ at, lsn: positionOf(written?.lsn) });
    const connections = this.connections ?? (await connect());
    if (this.isClosed && this.connections === undefined) return connections.destroy();
    this.connections = connections;
    const [replayed] = await runQuery(connections, REPLAYED);
    if (!replayed?.isReplica) throw new Error('it is no replica: name a standby that streams from the primary');
    if (!replayed.isFed) throw new Error('it streams from nobody: name a standby of this primary');
    const reached = positionOf(replayed.lsn);
    this.freshAt = this.positions.findLast(({ lsn }) => lsn <= reached)?.at ?? this.freshAt;
    this.positions = this.positions.filter((position) => position.at >= this.freshAt && at - position.at < KEPT_MS);
    this.lastFreshAt = Math.max(this.lastFreshAt, this.freshAt);
    this.note(this.lagMs() <= maxLagMs, 'it is too far behind');
  }

  private lose(error: Error): undefined {
    this.freshAt = Number.NEGATIVE_INFINITY;
    this.note(false, reasonOf(error));
  }

  private note(isUp: boolean, reason: string): void {
    if (this.isUp === isUp || this.isClosed) return;
    this.isUp = isUp;
    this.options.onChange(isUp, isUp ? undefined : reason);
  }
}

/** Longer than the longest lag that is allowed. */
const KEPT_MS = 3_700_000;
const WRITTEN = sql<{ lsn: string }>`select pg_current_wal_lsn()::text as lsn`;
// Every login sees that there is a receiver; only what it receives needs a privilege.
const REPLAYED = sql<{ isReplica: boolean; isFed: boolean; lsn: string | null }>`
  select pg_is_in_recovery() as "isReplica", exists (select from pg_stat_wal_receiver) as "isFed",
    pg_last_wal_replay_lsn()::text as lsn`;

/** A position is two hexadecimal numbers of 32 bits, such as 16/B374D848. */
function positionOf(lsn: string | null | undefined): bigint {
  const [high = '0', low = '0'] = (lsn ?? '0/0').split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
