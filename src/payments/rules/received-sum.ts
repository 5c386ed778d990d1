import { decimalDifference } from '../../kernel/amount.ts';
import { type Rupiah, sum } from '../../kernel/money.ts';
import type { OrderStatus } from '../../orders/index.ts';
import type { Invoice } from '../provider.ts';
import type { ReceivedSums } from './decide-payment.ts';

/** A change of the sum that was received through one invoice, as it is stored. */
export interface MoneyStep {
  kind: 'PAYMENT' | 'REFUND';
  provider: string;
  invoiceId: string;
  /** Below zero for a refund; null if it is not in rupiah. */
  amount: Rupiah | null;
  /** Decimal text, without a sign. */
  originalAmount: string;
  originalCurrency: string;
}

/** A step that an answer of the provider adds to those that are stored. */
export interface NewStep extends MoneyStep {
  /** Counts the steps of the invoice from 1. */
  stepNumber: number;
  invoice: Invoice;
}

/**
 * Returns what an answer adds: one step for each rise of an invoice's paid or refunded sum. Neither sum falls, so an
 * older answer that arrives late adds nothing.
 */
export function newSteps(known: readonly MoneyStep[], provider: string, invoices: readonly Invoice[]): NewStep[] {
  return invoices.flatMap((invoice) => {
    const own = known.filter((step) => step.provider === provider && step.invoiceId === invoice.id);
    const steps = [...paymentStep(own, invoice), ...refundStep(own, invoice)];
    return steps.map((step, index) => {
      const stepNumber = own.length + index + 1;
      return { ...step, provider, invoiceId: invoice.id, stepNumber, invoice };
    });
  });
}

/**
 * Returns the payments that get a step of their own on the order's timeline: those of an answer that does not move the order. A move is a
 * step that tells of all payments of its answer.
 */
export const paymentsWithoutMove = <S extends Pick<MoneyStep, 'kind'>>(
  steps: readonly S[],
  walk: readonly OrderStatus[],
): S[] => (walk.length > 0 ? [] : steps.filter(({ kind }) => kind === 'PAYMENT'));

type Change = Omit<MoneyStep, 'provider' | 'invoiceId'>;

function paymentStep(own: readonly MoneyStep[], invoice: Invoice): Change[] {
  const { paid } = invoice;
  if (paid === null) return [];
  const before = own.filter(({ kind, originalCurrency }) => kind === 'PAYMENT' && originalCurrency === paid.currency);
  const rise = before.reduce((rest, { originalAmount }) => decimalDifference(rest, originalAmount), paid.text);
  if (rise === '0') return [];
  const amount = paid.rupiah === null ? null : BigInt(rise);
  return [{ kind: 'PAYMENT', amount, originalAmount: rise, originalCurrency: paid.currency }];
}

function refundStep(own: readonly MoneyStep[], invoice: Invoice): Change[] {
  const before = -sum(own.map(({ kind, amount }) => (kind === 'REFUND' ? (amount ?? 0n) : 0n)));
  const rise = invoice.refunded - before;
  if (rise <= 0n) return [];
  return [{ kind: 'REFUND', amount: -rise, originalAmount: String(rise), originalCurrency: 'IDR' }];
}

/** Sums all steps of an order. `invoices` says which of them the provider marks as refunded. */
export function sumsOf(
  steps: readonly MoneyStep[],
  invoices: readonly Invoice[],
  foreignNoticed: boolean,
): ReceivedSums {
  const total = (some: readonly MoneyStep[]) => sum(some.map(({ amount }) => amount ?? 0n));
  const refundedIds = new Set(invoices.filter(({ status }) => status === 'refunded').map(({ id }) => id));
  return {
    paid: total(steps.filter(({ kind }) => kind === 'PAYMENT')),
    refunded: -total(steps.filter(({ kind }) => kind === 'REFUND')),
    leftInRefunded: total(steps.filter(({ invoiceId }) => refundedIds.has(invoiceId))),
    hasForeign: foreignNoticed || steps.some(({ amount }) => amount === null),
  };
}
