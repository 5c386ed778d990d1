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

/** How long evaluations share one read. */
const FRESH_MS = 2000;
/**
 * While the next read is in flight, or if it fails, the one before it answers until it is this old. So a change is seen within the
 * five seconds that are promised, and nobody waits for a database that is busy.
 */
const USABLE_MS = 2 * FRESH_MS;

interface Read {
  /** Age counts from when the table was asked, not from when it answered. */
  askedAt: number;
  flags: Promise<FlagTable>;
  /** The result, once it is there. */
  table?: FlagTable;
  /** The read before it, while that may still be usable. */
  previous: Read | undefined;
}

/**
 * The flags of our own table, as an OpenFeature provider. Evaluations share one read of the whole table for two seconds,
 * whether it is in flight, answered or failed: so there is at most one statement in that time, however many ask. Nothing is
 * read in advance: no timer, and nothing at the start. Where the table cannot be read an evaluation is an error, never
 * "off". A flag without a row is FLAG_NOT_FOUND.
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
      errorMessage: `${key} was never set`,
    };
  }

  resolveStringEvaluation = onOrOffAlone;
  resolveNumberEvaluation = onOrOffAlone;
  resolveObjectEvaluation = onOrOffAlone;

  /** The next evaluation reads the table again, and a read in flight answers nobody who asks later. */
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

  /** Of the reads that were answered and are not too old, the one that was asked last. A late answer does not replace a newer one. */
  private newestTable(read: Read | undefined): FlagTable | undefined {
    if (!this.isYounger(read, USABLE_MS)) return undefined;
    return read.table;
  }

  private begin(): Read {
    const previous = this.latest;
    // Two reads are FRESH_MS apart: the one before the previous one is too old.
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

  /** A clock that was set back makes no copy last longer. */
  private isYounger(read: Read | undefined, ms: number): read is Read {
    if (read === undefined) return false;
    const age = this.clock.now().getTime() - read.askedAt;
    return age >= 0 && age < ms;
  }
}

async function onOrOffAlone(key: string): Promise<never> {
  throw new TypeMismatchError(`${key}: the table holds flags that are on or off`);
}
