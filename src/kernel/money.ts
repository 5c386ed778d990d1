/**
 * Rupiah are whole numbers in a bigint, never a float (domain.md 5). No amount exceeds MAX_AMOUNT, so that each is
 * exact as a JSON number too, the form that the payment provider and accounting accept.
 */
export type Rupiah = bigint;

export const MAX_AMOUNT: Rupiah = BigInt(Number.MAX_SAFE_INTEGER);

/** The unit price of an AMOUNT option and of excess that is counted in rupiah. */
export const ONE_RUPIAH: Rupiah = 1n;

/** Parses "600" as 600n. Returns undefined for anything but digits, and for more than MAX_AMOUNT. */
export function parseRupiah(text: string): Rupiah | undefined {
  if (!/^\d{1,16}$/.test(text)) return undefined;
  const amount = BigInt(text);
  return amount <= MAX_AMOUNT ? amount : undefined;
}

/** Writes an amount with Indonesian separators and no decimals: 1000000n → "Rp1.000.000". */
export function formatRupiah(amount: Rupiah): string {
  const digits = (amount < 0n ? -amount : amount).toString().replace(/\B(?=(\d{3})+(?!\d))/g, '.');
  return `${amount < 0n ? '-' : ''}Rp${digits}`;
}

export function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}

/** Converts an amount to a JSON number for a neighbour. Throws RangeError if the number would not be exact. */
export function toJsonNumber(amount: bigint): number {
  if (amount > MAX_AMOUNT || amount < -MAX_AMOUNT) throw new RangeError(`${amount} is not exact as a JSON number`);
  return Number(amount);
}
