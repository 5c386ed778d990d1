import {
  ErrorCode,
  GeneralError,
  type ResolutionDetails,
  StandardResolutionReasons,
  TypeMismatchError,
} from '@openfeature/server-sdk';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import type { SteadyProvider } from './flags.ts';
import type { FlagTable } from './store/flag-table.ts';

/** How long evaluations share one read. */
const FRESH_MS = 2000;
/**
 * While the next read is under way, or where it fails, the one before it answers for as long as this: so soon, and within the
 * five seconds that are promised, is a change seen. Nobody waits for a database that is busy.
 */
const USABLE_MS = 2 * FRESH_MS;

interface Read {
  /** The how-manieth it is. */
  number: number;
  /** Age counts from when the table was asked, not from when it answered. */
  askedAt: number;
  flags: Promise<FlagTable>;
}

/**
 * The flags of our own table, as an OpenFeature provider. Evaluations share one read of the whole table for two seconds,
 * whether it is under way, answered or failed: so there is at most one statement in that time, however many ask. Nothing is
 * read in advance: no timer, and nothing at the start. Where the table cannot be read an evaluation is an error, never
 * "off". A flag without a row is FLAG_NOT_FOUND.
 */
export class TableProvider implements SteadyProvider {
  readonly metadata = { name: 'feature_flags' };
  readonly runsOn = 'server';
  private latest: Read | undefined;
  /** The latest that was answered. */
  private answered: Read | undefined;
  private begun = 0;
  private forgotten = 0;

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

  /** The read that answers now: flags are the same for every organization. undefined where it has to be waited for. */
  steady(): object | undefined {
    if (!this.isYounger(this.latest, FRESH_MS)) this.begin();
    return this.isYounger(this.answered, USABLE_MS) ? this.answered : undefined;
  }

  /** The next evaluation reads the table again. */
  forget(): void {
    this.latest = undefined;
    this.answered = undefined;
    this.forgotten = this.begun;
  }

  private async flags(): Promise<FlagTable> {
    const read = this.isYounger(this.latest, FRESH_MS) ? this.latest : this.begin();
    if (this.isYounger(this.answered, USABLE_MS)) return this.answered.flags;
    try {
      return await read.flags;
    } catch (error) {
      throw new GeneralError(`The table of flags cannot be read: ${reasonOf(error)}`, { cause: error });
    }
  }

  private begin(): Read {
    this.begun += 1;
    const read: Read = { number: this.begun, askedAt: this.clock.now().getTime(), flags: this.readTable() };
    this.latest = read;
    read.flags.then(
      () => {
        // A slow answer does not take the place of one that was asked for after it.
        if (read.number > (this.answered?.number ?? this.forgotten)) this.answered = read;
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
