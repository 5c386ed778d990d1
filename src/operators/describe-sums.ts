import { formatRupiah } from '../kernel/money.ts';
import type { Sums } from '../payments/index.ts';

/** Writes "Rp5 and USD 61.25". Leaves out rupiah if only another currency came in. */
export function describeSums(sums: Sums): string {
  const shown = [...sums].filter(([currency, text]) => currency !== 'IDR' || text !== '0' || sums.size === 1);
  return shown
    .map(([currency, text]) => (currency === 'IDR' ? formatRupiah(BigInt(text)) : `${currency} ${text}`))
    .join(' and ');
}

export function isSame(one: Sums, other: Sums): boolean {
  const currencies = new Set([...one.keys(), ...other.keys()]);
  return [...currencies].every((currency) => (one.get(currency) ?? '0') === (other.get(currency) ?? '0'));
}

/** Writes the options that name these sums. */
export function asOptions(sums: Sums): string {
  const shown = [...sums].filter(([currency, text]) => currency !== 'IDR' || text !== '0' || sums.size === 1);
  return shown
    .map(([currency, text]) => (currency === 'IDR' ? `--received ${text}` : `--received "${currency} ${text}"`))
    .join(' ');
}
