import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rupiahAmount } from '../../../src/kernel/amount.ts';
import type { OrderStatus } from '../../../src/orders/index.ts';
import type { Invoice, InvoiceStatus } from '../../../src/payments/provider.ts';
import { decideNotice, decideReceived, type ProviderNotice } from '../../../src/payments/rules/decide-payment.ts';
import type { NoticeOutcome } from '../../../src/payments/rules/payment-outcomes.ts';
import { type MoneyStep, newSteps, sumsOf } from '../../../src/payments/rules/received-sum.ts';

/**
 * The rules of domain.md 8.1 under every order of deliveries: notices come late, twice, never, in any order, and a crash
 * undoes a transaction that had not committed. Time is left out. Every cell of status × notice × answer is counted.
 */

const PAYABLE = 1000n;
const AWAITS = ['PENDING_PAYMENT', 'EXPIRED', 'CANCELLED'] as const;

/** The provider's truth: what happened to the order's two invoices. */
interface Provider {
  invoices: Record<string, { paid: bigint; refunded: bigint; status: InvoiceStatus }>;
}

/** What our database has about the order. */
interface Store {
  status: OrderStatus;
  steps: readonly MoneyStep[];
  isTainted: boolean;
  claimedRefund: bigint | null;
  surplusReported: bigint;
  refundReported: bigint | null;
  credits: number;
}

const order = ({ status }: Store) => ({
  status,
  confirmed: true,
  payable: PAYABLE,
  provider: 'mekari-pay',
  invoiceId: 'own',
});
const received = (steps: readonly MoneyStep[]) => steps.reduce((total, { amount }) => total + (amount ?? 0n), 0n);

function answerOf({ invoices }: Provider): Invoice[] {
  return Object.entries(invoices).map(([id, { paid, refunded, status }]) => ({
    id,
    externalId: 'TU-1',
    status,
    amount: rupiahAmount(PAYABLE),
    paymentUrl: undefined,
    paid: paid === 0n ? null : rupiahAmount(paid),
    refunded,
    paidAt: undefined,
    paymentMethod: null,
    expiresAt: undefined,
  }));
}

function asked(store: Store, provider: Provider): Store {
  const invoices = answerOf(provider);
  const steps = newSteps(store.steps, 'mekari-pay', invoices);
  const all = [...store.steps, ...steps];
  const { walk, exceptions } = decideReceived(order(store), sumsOf(all, invoices, false), {
    paidBefore: sumsOf(store.steps, [], false).paid,
    foreignRose: false,
    claimedRefund: store.claimedRefund,
    surplusReported: store.surplusReported,
    refundReported: store.refundReported,
  });
  const told = (outcome: string) =>
    exceptions.filter((each) => each.outcome === outcome).reduce((total, { amount }) => total + (amount ?? 0n), 0n);
  const refundTold = exceptions.some(({ outcome }) => outcome === 'refunded');
  return {
    ...store,
    status: walk.at(-1) ?? store.status,
    steps: all,
    credits: store.credits + walk.filter((status) => status === 'PAID').length,
    surplusReported: store.surplusReported + told('surplus'),
    refundReported: refundTold ? (store.refundReported ?? 0n) + told('refunded') : store.refundReported,
  };
}

interface Notice {
  kind: string;
  notice: ProviderNotice;
}

function told(store: Store, { notice }: Notice): { outcome: NoticeOutcome; store: Store } {
  const context = { invoiceOfAnother: false, received: received(store.steps), isTainted: store.isTainted };
  const outcome = decideNotice(order(store), notice, context);
  const isRefund = notice.type === 'invoice.refunded' || notice.type === 'invoice.chargeback';
  const claim = isRefund && outcome === 'hint' ? (notice.refunded ?? 0n) : null;
  const largest = claim === null || (store.claimedRefund ?? -1n) > claim ? store.claimedRefund : claim;
  const stored = { ...store, isTainted: store.isTainted || isRefund, claimedRefund: largest };
  if (outcome !== 'settled') return { outcome, store: stored };
  const { invoiceId, paid } = notice;
  const amount = paid?.rupiah ?? 0n;
  const payment = { kind: 'PAYMENT', provider: 'mekari-pay', invoiceId, amount, originalCurrency: 'IDR' } as const;
  const steps = [...store.steps, { ...payment, originalAmount: String(amount) }];
  return { outcome, store: { ...stored, status: 'PAID', steps, credits: store.credits + 1 } };
}

/** One thing that happens at the provider, and the notice that it sends about it. */
type Act =
  | { do: 'pay'; invoice: string; amount: bigint; tells: 'sum' | 'amount only' }
  | { do: 'refund' | 'chargeback' | 'expire' | 'fail' | 'view' };

function happen(provider: Provider, act: Act): Notice | undefined {
  const base = { provider: 'mekari-pay', orderNumber: 'TU-1', paidAt: null, paymentMethod: null, refunded: null };
  if (act.do === 'pay') {
    const invoice = provider.invoices[act.invoice];
    if (invoice === undefined || invoice.status === 'refunded') return undefined;
    invoice.paid += act.amount;
    const isWhole = invoice.paid >= PAYABLE;
    invoice.status = isWhole ? 'paid' : 'partially_paid';
    const tellsSum = act.tells === 'sum' || isWhole;
    const type = isWhole ? 'invoice.paid' : 'invoice.partially_paid';
    const sum = invoice.paid === PAYABLE ? 'the sum' : isWhole ? 'too much' : 'a part';
    const paid = tellsSum ? rupiahAmount(invoice.paid) : null;
    return { kind: `${act.invoice} ${sum}`, notice: { ...base, type, invoiceId: act.invoice, paid } };
  }
  const own = provider.invoices['own'];
  if (own === undefined) return undefined;
  if (act.do === 'refund' || act.do === 'chargeback') {
    if (own.paid === 0n || own.status === 'refunded') return undefined;
    own.refunded = own.paid;
    own.status = 'refunded';
    const refunded = act.do === 'refund' ? own.refunded : null;
    const type = act.do === 'refund' ? 'invoice.refunded' : 'invoice.chargeback';
    return { kind: act.do, notice: { ...base, type, invoiceId: 'own', paid: null, refunded } };
  }
  const type = { expire: 'invoice.expired', fail: 'invoice.failed', view: 'invoice.viewed' }[act.do];
  return { kind: act.do, notice: { ...base, type, invoiceId: 'own', paid: null } };
}

const amount = fc.constantFrom(400n, 600n, 1000n, 1004n);
const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      invoice: fc.constantFrom('own', 'own', 'former'),
      amount,
      tells: fc.constantFrom('sum' as const, 'amount only' as const),
    }),
  },
  { weight: 2, arbitrary: fc.constantFrom<Act>({ do: 'refund' }, { do: 'chargeback' }) },
  { weight: 2, arbitrary: fc.constantFrom<Act>({ do: 'expire' }, { do: 'fail' }, { do: 'view' }) },
);
/** Interleaves with the provider's acts: a delivery of any notice so far, perhaps dying before its commit, or a poll. */
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: acts.map((act) => ({ act })) },
    {
      weight: 4,
      arbitrary: fc.record({ which: fc.nat({ max: 9 }), dies: fc.boolean() }).map((deliver) => ({ deliver })),
    },
    { weight: 1, arbitrary: fc.constant({ poll: true }) },
  ),
  { maxLength: 14 },
);

test('received sum, credits and exceptions follow from the payments alone', () => {
  const cells = new Map<string, number>();
  const answerKind = (provider: Provider) => {
    const { paid, refunded } = sumsOf(newSteps([], 'mekari-pay', answerOf(provider)), [], false);
    const net = paid - refunded;
    return paid === 0n
      ? 'nothing'
      : net <= 0n
        ? 'all back'
        : net < PAYABLE
          ? 'less'
          : net === PAYABLE
            ? 'the sum'
            : 'more';
  };
  const property = fc.property(fc.constantFrom(...AWAITS), steps, (status, walk) => {
    const provider: Provider = {
      invoices: {
        own: { paid: 0n, refunded: 0n, status: 'pending' },
        former: { paid: 0n, refunded: 0n, status: 'pending' },
      },
    };
    let store: Store = {
      status,
      steps: [],
      isTainted: false,
      claimedRefund: null,
      surplusReported: 0n,
      refundReported: null,
      credits: 0,
    };
    const notices: Notice[] = [];
    const truth = () => received(newSteps([], 'mekari-pay', answerOf(provider)));
    const gross = () => Object.values(provider.invoices).reduce((total, { paid }) => total + paid, 0n);
    const becomes = (next: Store) => {
      if (next.credits > store.credits) expect(gross()).toBeGreaterThanOrEqual(PAYABLE);
      expect(next.credits).toBeLessThanOrEqual(1);
      store = next;
    };
    const deliver = (notice: Notice, dies: boolean) => {
      const cell = `${store.status} | ${notice.kind} | ${answerKind(provider)}`;
      cells.set(cell, (cells.get(cell) ?? 0) + 1);
      const outcome = told(store, notice);
      if (dies) return;
      becomes(outcome.store);
      if (outcome.outcome === 'hint') becomes(asked(store, provider));
    };
    for (const each of walk) {
      if ('act' in each) {
        const notice = happen(provider, each.act);
        if (notice !== undefined) notices.push(notice);
      } else if ('poll' in each) becomes(asked(store, provider));
      else {
        const notice = notices[each.deliver.which % Math.max(1, notices.length)];
        if (notice !== undefined) deliver(notice, each.deliver.dies);
      }
    }
    // Everything that was lost comes after all, newest first, and the provider is asked once more.
    for (const notice of notices.toReversed()) deliver(notice, false);
    becomes(asked(store, provider));

    expect(received(store.steps)).toBe(truth());
    const refunded = gross() - truth();
    if (store.status === 'PAID') {
      // Exceptions name at least what is too much now, and what went back; a surplus that went back was named before.
      expect(store.surplusReported).toBeGreaterThanOrEqual(truth() > PAYABLE ? truth() - PAYABLE : 0n);
      expect(store.surplusReported).toBeLessThanOrEqual(gross() - PAYABLE);
      expect(store.refundReported ?? 0n).toBe(refunded);
    } else {
      const left = Object.values(provider.invoices).filter(({ status: of }) => of !== 'refunded');
      const creditable = left.reduce((total, { paid, refunded: back }) => total + paid - back, 0n);
      if (store.status !== 'REFUNDED') expect(creditable).toBeLessThan(PAYABLE);
      const quiet = gross() === 0n ? status : truth() === 0n ? 'REFUNDED' : 'PAYMENT_REVIEW';
      if (store.status !== 'REFUNDED') expect(store.status).toBe(quiet);
    }
    const before = store;
    becomes(asked(store, provider));
    expect(store).toEqual(before);
  });
  fc.assert(property, { numRuns: 6000, seed: 20261122 });

  const statuses = [...AWAITS, 'PAYMENT_REVIEW', 'PAID', 'REFUNDED'];
  const kinds = [
    'own a part',
    'own the sum',
    'own too much',
    'former a part',
    'former the sum',
    'former too much',
    'refund',
    'chargeback',
    'expire',
    'fail',
    'view',
  ];
  for (const status of statuses) {
    for (const kind of kinds) {
      const hit = [...cells].filter(([cell]) => cell.startsWith(`${status} | ${kind} | `));
      expect(hit.length, `${status} | ${kind} was never delivered`).toBeGreaterThan(0);
    }
  }
  if (process.env['CELLS'] !== undefined) console.table(Object.fromEntries([...cells].toSorted()));
});
