import {
  ErrorCode,
  GeneralError,
  type Provider,
  type ResolutionDetails,
  StandardResolutionReasons,
  TypeMismatchError,
} from '@openfeature/server-sdk';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import type { FlagTable } from './store/flag-table.ts';

/** Time for which evaluations share one read. */
const FRESH_MS = 2000;
/**
 * While the next read is in flight, or if it fails, the previous one serves until this age. So a change takes effect within the
 * promised five seconds, and no caller waits for a busy database.
 */
const USABLE_MS = 2 * FRESH_MS;

interface Read {
  /** Start of the read, from which its age counts. */
  askedAt: number;
  flags: Promise<FlagTable>;
  /** The result, once the read succeeds. */
  table?: FlagTable;
  /** The read before this one, while it may still be usable. */
  previous: Read | undefined;
}

/**
 * The flags of our own table, as an OpenFeature provider. Evaluations share one read of the whole table for two seconds, in flight,
 * answered or failed, so there is at most one statement in that time. There is no timer, and no read at the start. While the
 * table is unreadable an evaluation is an error, never "off". A flag without a row is FLAG_NOT_FOUND.
 */
export class TableProvider implements Provider {
  readonly metadata = { name: 'feature_flags' };
  readonly runsOn = 'server';
  private latest: Read | undefined;

  constructor(
    private readonly readTable: () => Promise<FlagTable>,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  async resolveBooleanEvaluation(key: string, defaultValue: boolean): Promise<ResolutionDetails<boolean>> {
    const value = (await this.flags()).get(key);
    if (value !== undefined) return { value, reason: StandardResolutionReasons.STATIC };
    return {
      value: defaultValue,
      reason: StandardResolutionReasons.ERROR,
      errorCode: ErrorCode.FLAG_NOT_FOUND,
      errorMessage: `the flag ${key} has no row`,
    };
  }

  resolveStringEvaluation = rejectType;
  resolveNumberEvaluation = rejectType;
  resolveObjectEvaluation = rejectType;

  /** Makes the next evaluation read the table again; a read in flight serves only its present callers. */
  forget(): void {
    this.latest = undefined;
  }

  private async flags(): Promise<FlagTable> {
    const read = this.isYounger(this.latest, FRESH_MS) ? this.latest : this.begin();
    const table = this.newestTable(read);
    if (table !== undefined) return table;
    try {
      return await read.flags;
    } catch (error) {
      throw new GeneralError(`The table of flags cannot be read: ${reasonOf(error)}`, { cause: error });
    }
  }

  /** The table of the read that started last, among the answered and usable ones: a late answer never replaces a newer one. */
  private newestTable(read: Read | undefined): FlagTable | undefined {
    if (!this.isYounger(read, USABLE_MS)) return undefined;
    return read.table ?? this.newestTable(read.previous);
  }

  private begin(): Read {
    const previous = this.latest;
    // Reads start FRESH_MS apart, so the read before the previous one is too old.
    if (previous !== undefined) previous.previous = undefined;
    const read: Read = { askedAt: this.clock.now().getTime(), flags: this.readTable(), previous };
    this.latest = read;
    read.flags.then(
      (table) => {
        read.table = table;
      },
      (error: Error) => this.log.warn({ event: 'flags_unreadable', reason: reasonOf(error) }),
    );
    return read;
  }

  /** A clock that is set back does not prolong a read. */
  private isYounger(read: Read | undefined, ms: number): read is Read {
    if (read === undefined) return false;
    const age = this.clock.now().getTime() - read.askedAt;
    return age >= 0 && age < ms;
  }
}

async function rejectType(key: string): Promise<never> {
  throw new TypeMismatchError(`${key}: the table holds flags that are on or off`);
}
