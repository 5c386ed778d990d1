import { z } from 'zod';
import { isLabel } from '../kernel/label.ts';
import { type Rupiah, toJsonNumber } from '../kernel/money.ts';
import type { Neighbour } from './http.ts';

/** The facts that accounting needs to book a paid PI (contracts.md 3). Dates are YYYY-MM-DD in Asia/Jakarta. */
export interface PaidPi {
  organizationId: string;
  orderNumber: string;
  /** Counts the corrections of the content: Moderator may refuse other content under a key that it knows. */
  revision: number;
  billingVersion: string;
  activeFrom: string;
  paidDate: string;
  amount: Rupiah;
  lines: readonly PaidPiLine[];
}

export interface PaidPiLine {
  packageId: string | undefined;
  packageCode: string | undefined;
  quotaType: string;
  kind: 'TOPUP' | 'EXCESS';
  quantity: bigint;
  unitPrice: Rupiah;
  amount: Rupiah;
  periodStart: string | undefined;
  periodEnd: string | undefined;
  /** Rupiah; left out for a line without taxes. */
  taxes?: { base: Rupiah; tax: Rupiah; withheld: Rupiah };
}

export interface Moderator {
  /** Idempotent: books the PI, or finds it booked, and returns its number either way. Throws UpstreamError. */
  bookPaidPi(pi: PaidPi): Promise<string>;
  /** Returns the PI that is booked for the order number; undefined without one. Throws UpstreamError. */
  paidPiOfOrder(orderNumber: string): Promise<BookedPi | undefined>;
}

export interface BookedPi {
  number: string;
  amount: Rupiah;
}

const PATH = '/api/v1/billing/subscriptions/paid_pi';

const piNumber = z.string().refine((text) => isLabel(text, 100), { error: 'is not a label' });
const bookedPi = z.object({ data: z.object({ pi_number: piNumber }) });

const wholeRupiah = z
  .number()
  .refine((value) => Number.isSafeInteger(value) && value >= 0, { error: 'is not whole rupiah' })
  .transform(BigInt);
/** One PI per order number, or none. */
const pisOfOrder = z.object({
  data: z
    .array(z.object({ pi_number: piNumber, order_number: z.string(), amount: wholeRupiah, currency: z.literal('IDR') }))
    .max(1),
});

function toBody(pi: PaidPi) {
  return {
    organization_id: pi.organizationId,
    order_number: pi.orderNumber,
    billing_version: pi.billingVersion,
    active_from: pi.activeFrom,
    paid_date: pi.paidDate,
    currency: 'IDR',
    amount: toJsonNumber(pi.amount),
    lines: pi.lines.map((line) => ({
      package_id: line.packageId ?? null,
      package_code: line.packageCode ?? null,
      quota_type: line.quotaType,
      kind: line.kind,
      quantity: toJsonNumber(line.quantity),
      unit_price: toJsonNumber(line.unitPrice),
      amount: toJsonNumber(line.amount),
      period_start: line.periodStart ?? null,
      period_end: line.periodEnd ?? null,
      ...(line.taxes && {
        tax_base: toJsonNumber(line.taxes.base),
        tax: toJsonNumber(line.taxes.tax),
        withheld: toJsonNumber(line.taxes.withheld),
      }),
    })),
  };
}

export function createModerator(neighbour: Neighbour): Moderator {
  return {
    async bookPaidPi(pi) {
      const { data } = await neighbour.post({
        path: PATH,
        // Books nothing twice, whatever the key: Moderator books an order number once, and answers a repeat with its PI (409).
        idempotencyKey: `paid-pi:${pi.orderNumber}${pi.revision === 0 ? '' : `:${pi.revision}`}`,
        accept: [200, 201, 409],
        schema: bookedPi,
        body: toBody(pi),
      });
      return data.pi_number;
    },
    async paidPiOfOrder(orderNumber) {
      const path = `${PATH}?order_number=${encodeURIComponent(orderNumber)}`;
      const schema = pisOfOrder.refine(({ data }) => data.every((pi) => pi.order_number === orderNumber), {
        error: 'is the PI of another order',
      });
      const [pi] = (await neighbour.get({ path, schema })).data;
      return pi && { number: pi.pi_number, amount: pi.amount };
    },
  };
}
