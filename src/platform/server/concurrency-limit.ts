export interface ConcurrencyLimits {
  all: number;
  ofCaller: number;
}

/** Bounds something that goes on in this process at the same time, in all and for one caller. */
export class ConcurrencyLimit {
  private readonly byCaller = new Map<string, number>();
  private all = 0;

  constructor(private readonly limits: ConcurrencyLimits) {}

  /** The number in flight. */
  get size(): number {
    return this.all;
  }

  /**
   * Counts one more, and returns the function that ends it; a second call of that does nothing. Throws the refusal of the limit that
   * is reached.
   */
  acquire(caller: string, refusal: (reached: keyof ConcurrencyLimits, figure: number) => Error): () => void {
    const own = this.byCaller.get(caller) ?? 0;
    if (own >= this.limits.ofCaller) throw refusal('ofCaller', own + 1);
    if (this.all >= this.limits.all) throw refusal('all', this.all + 1);
    this.byCaller.set(caller, own + 1);
    this.all += 1;
    let isReleased = false;
    return () => {
      if (!isReleased) this.release(caller);
      isReleased = true;
    };
  }

  private release(caller: string): void {
    const rest = (this.byCaller.get(caller) ?? 1) - 1;
    if (rest === 0) this.byCaller.delete(caller);
    else this.byCaller.set(caller, rest);
    this.all -= 1;
  }
}
