/** A limit that a request exceeds, as the extensions of its error have it. */
export interface Excess {
  limitName: string;
  limit: number;
  /** The number found. Counting may stop at the limit: then it is the least that was found. */
  figure: number;
}

/** Returns the first count above its limit. */
export function firstOver<K extends string>(
  counts: Record<K, number>,
  limits: Readonly<Record<NoInfer<K>, number>>,
): Excess | undefined {
  for (const [limitName, figure] of Object.entries<number>(counts)) {
    const limit = limits[limitName as K];
    if (figure > limit) return { limitName, limit, figure };
  }
  return undefined;
}

/** Describes an excess, such as "depth 31 is more than 15." */
export const describeExcess = ({ limitName, limit, figure }: Excess) => `${limitName} ${figure} is more than ${limit}.`;
