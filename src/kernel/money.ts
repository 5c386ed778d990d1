/**
 * Rupiah: whole numbers in a bigint, never a float (domain.md 5). Nothing of ours is larger than MAX_AMOUNT, so that every
 * amount is exact as a JSON number too, which is how the payment provider and accounting take it.
 */
export type Rupiah = bigint;

export const MAX_AMOUNT: Rupiah = BigInt(Number.MAX_SAFE_INTEGER);

/** Rp1 per rupiah: what an AMOUNT option and an excess that is already rupiah cost. */
export const ONE_RUPIAH: Rupiah = 1n;

/** "600" → 600n. Anything but a plain string of digits up to MAX_AMOUNT answers undefined. */
export function parseRupiah(text: string): Rupiah | undefined {
  if (!/^\d{1,16}$/.test(text)) return undefined;
  const amount = BigInt(text);
  return amount <= MAX_AMOUNT ? amount : undefined;
}

/** Indonesian separators, no decimals: 1000000n → "Rp1.000.000". */
export function formatRupiah(amount: Rupiah): string {
  const digits = (amount < 0n ? -amount : amount).toString().replace(/\B(?=(\d{3})+(?!\d))/g, '.');
  return `${amount < 0n ? '-' : ''}Rp${digits}`;
}

export function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}

/** An amount as a JSON number for a neighbour. Throws where it would not be exact. */
export function toJsonNumber(amount: bigint): number {
  if (amount > MAX_AMOUNT || amount < -MAX_AMOUNT) throw new RangeError(`${amount} is not exact as a JSON number`);
  return Number(amount);
}
