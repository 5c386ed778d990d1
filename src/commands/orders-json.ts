import type { ActionTrailEntry } from '../action-trail/index.ts';
import type { OrderReport } from '../operators/index.ts';
import { reviewReasonOf, type TopupOrder } from '../orders/index.ts';
import type { OpenPayment } from '../payments/index.ts';
import { toJson } from './command.ts';

/** Leaves out the payment URL: who has it can act for the buyer. */
export function shownOrder({ paymentUrl: _, ...order }: TopupOrder) {
  return { ...order, reviewReason: reviewReasonOf(order) };
}

export function reportToJson({ order, money, ...report }: OrderReport, trail: readonly ActionTrailEntry[]): string {
  const shown = shownOrder(order);
  const { asked, received, outstanding, returned, steps: payments, records: givenBack, giveBack } = money;
  const stillToGiveBack = giveBack.still;
  const sums = { asked, received: Object.fromEntries(received), outstanding, returned, stillToGiveBack, givenBack };
  return toJson({ order: shown, ...sums, payments, ...report, trail });
}

export function ageOf({ receivedAt }: OpenPayment, now: Date): number {
  return Math.floor((now.getTime() - receivedAt.getTime()) / 1000);
}
