import QuickLRU from 'quick-lru';
import type { Clock } from '../../kernel/clock.ts';
import type { UpstreamError } from '../upstream-error.ts';

const MAX_FAILURES = 20_000;

/** Of which ids a neighbour failed last time, in this process's memory; nothing is asked for again within the first seconds. */
export class RememberedFailures {
  private readonly failures = new QuickLRU<string, { error: UpstreamError; until: number }>({ maxSize: MAX_FAILURES });

  constructor(
    private readonly clock: Clock,
    private readonly ttlMs: number,
  ) {}

  add(id: string, error: UpstreamError): void {
    if (this.ttlMs > 0) this.failures.set(id, { error, until: this.now() + this.ttlMs });
  }

  /** It answered. */
  forget(id: string): void {
    this.failures.delete(id);
  }

  /** Within its seconds; a clock that is set back does not make them more. */
  recent(id: string): UpstreamError | undefined {
    const failure = this.failures.get(id);
    if (failure === undefined) return undefined;
    const left = failure.until - this.now();
    return left > 0 && left <= this.ttlMs ? failure.error : undefined;
  }

  /** Of the last call, however long ago that was. */
  last(id: string): UpstreamError | undefined {
    return this.failures.get(id)?.error;
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
