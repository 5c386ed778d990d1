import { addSeconds } from '../../kernel/clock.ts';
import type { Invoice, InvoiceStatus } from '../provider.ts';

/** An invoice with one of these statuses can still be paid, as a whole or in parts. */
export const PAYABLE_STATUSES: ReadonlySet<InvoiceStatus> = new Set(['pending', 'partially_paid']);

const ENDS: Partial<Record<InvoiceStatus, 'EXPIRED' | 'CANCELLED'>> = { expired: 'EXPIRED', void: 'CANCELLED' };

/**
 * Returns the status to which the provider's own end of an invoice brings a pending order for which nothing was received
 * (domain.md 8); undefined as long as one of its invoices can be paid.
 */
export function providerEnd(
  invoices: readonly Pick<Invoice, 'id' | 'status'>[],
  ownId: string | null,
): 'EXPIRED' | 'CANCELLED' | undefined {
  if (invoices.some(({ status }) => PAYABLE_STATUSES.has(status))) return undefined;
  const own = invoices.find(({ id }) => id === ownId);
  return own && ENDS[own.status];
}

/** Answers in a row that know no invoice of an order. */
export interface UnknownStreak {
  unknown: number;
  unknownSince: Date;
}

const LEAST_ANSWERS = 5;
const LEAST_SECONDS = 900;

/** Asked orders that await their payment, and those of them whose invoice the provider does not know. */
export interface ProviderHealth {
  asked: number;
  unknown: number;
}

/** One lost invoice is that invoice's fault. More than a tenth of all are the provider's, which ends nothing then. */
export const isProviderIll = ({ asked, unknown }: ProviderHealth): boolean => unknown > 1 && unknown * 10 > asked;

/** Returns true if an invoice is unknown for good. */
export function isUnknownForGood({ unknown, unknownSince }: UnknownStreak, health: ProviderHealth, now: Date): boolean {
  return unknown >= LEAST_ANSWERS && addSeconds(unknownSince, LEAST_SECONDS) <= now && !isProviderIll(health);
}

/**
 * Returns the provider's deadline if it is the order's: earlier than ours by a second at least, because providers cut
 * fractions, and not in the past. "implausible" if it lies in the past, or cannot be read.
 */
export function providerDeadline(
  given: Date | 'unreadable' | undefined,
  ours: Date | null,
  now: Date,
): Date | 'implausible' | undefined {
  if (given === undefined || ours === null) return undefined;
  if (given === 'unreadable') return 'implausible';
  if (addSeconds(given, 1) > ours) return undefined;
  return given <= now ? 'implausible' : given;
}
