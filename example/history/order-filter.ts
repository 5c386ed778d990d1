import type { TopupOrderStatus, TopupOrdersQueryVariables } from '../api/documents.ts';

/** Days are Jakarta's, YYYY-MM-DD; empty text is no bound. */
export interface OrderFilter {
  status: readonly TopupOrderStatus[];
  from: string;
  to: string;
  /** An order number or a part of it, in any case. */
  number: string;
}

const DAY_MS = 86_400_000;

const beginOf = (day: string) => Date.parse(`${day}T00:00:00+07:00`);
const instant = (at: number) => new Date(at).toISOString();

export const isNarrow = ({ from, to, number }: OrderFilter) => `${from}${to}${number}` !== '';

/** Returns the filter as the graph takes it. */
export function termsOf(organizationId: string, { status, from, to, number }: OrderFilter): TopupOrdersQueryVariables {
  return {
    organizationId,
    status: [...status],
    createdAfter: from === '' ? null : instant(beginOf(from)),
    createdBefore: to === '' ? null : instant(beginOf(to) + DAY_MS),
    number: number.trim() === '' ? null : number,
  };
}
