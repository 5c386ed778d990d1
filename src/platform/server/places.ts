export interface PlaceLimits {
  all: number;
  ofCaller: number;
}

/** Bounds the number of places that are taken in this process at the same time, in all and by one caller. */
export class Places {
  private readonly taken = new Map<string, number>();
  private all = 0;

  constructor(private readonly limits: PlaceLimits) {}

  /** The number of places that are taken. */
  get size(): number {
    return this.all;
  }

  /** Returns the function that frees the place; a second call of it does nothing. Throws the refusal of the limit that is reached. */
  take(caller: string, refusal: (limit: keyof PlaceLimits, figure: number) => Error): () => void {
    const own = this.taken.get(caller) ?? 0;
    if (own >= this.limits.ofCaller) throw refusal('ofCaller', own + 1);
    if (this.all >= this.limits.all) throw refusal('all', this.all + 1);
    this.taken.set(caller, own + 1);
    this.all += 1;
    let isFreed = false;
    return () => {
      if (!isFreed) this.free(caller);
      isFreed = true;
    };
  }

  private free(caller: string): void {
    const rest = (this.taken.get(caller) ?? 1) - 1;
    if (rest === 0) this.taken.delete(caller);
    else this.taken.set(caller, rest);
    this.all -= 1;
  }
}
