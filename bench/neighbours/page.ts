import type { Caller } from './caller.ts';

/** The query of the top-up page. */
const PAGE = `{ topupOptions {
  id code label description input minimum maximum step multiplier
  choices { quantity credits price { amount } }
  unitPrice { amount currencyCode } priceSource quotaType validUntil asOf
  excessUsage { code quantity amount { amount } }
  balance { code balance }
} }`;

export interface PageAnswer {
  ms: number;
  /** The number of options on the page, and of those with excess; undefined for an error. */
  shown: { rows: number; owed: number; asOf: number } | undefined;
}

interface Body {
  data?: { topupOptions: { asOf: string; excessUsage: object | null }[] | null } | null;
  errors?: unknown;
}

export async function askPage(caller: Caller): Promise<PageAnswer> {
  const { ms, body } = await caller.graph(PAGE);
  const { data, errors } = JSON.parse(body) as Body;
  const options = data?.topupOptions;
  if (errors !== undefined || !options) return { ms, shown: undefined };
  const owed = options.filter(({ excessUsage }) => excessUsage !== null).length;
  return { ms, shown: { rows: options.length, owed, asOf: Date.parse(options[0]?.asOf ?? '') } };
}

/** "4", or "2..5"; "-" for a page without options. */
export function range(counts: readonly number[]): string {
  if (counts.length === 0) return '-';
  const low = Math.min(...counts);
  const high = Math.max(...counts);
  return low === high ? String(low) : `${low}..${high}`;
}
