import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ORDER_STATUSES } from '../../../src/orders/index.ts';
import { EMPTY, receivedIn, type Store, settleAnswer, settleNotice } from './played-order.ts';
import {
  type Act,
  ANSWER_KINDS,
  answerKind,
  grossOf,
  happen,
  NOTHING_PAID,
  NOTICE_KINDS,
  type Notice,
  netOf,
  PAYABLE,
  readAnswer,
  readNotice,
  type Style,
  type Truth,
} from './played-provider.ts';

/**
 * The rules of domain.md 8.1 under every order of deliveries: notices come late, twice, never, in any order and in any way of
 * writing; answers are stale; and a crash undoes a transaction that had not committed, or falls between a notice and its check.
 */

const PLAIN: Style = { amounts: 'number', offBy: 0, times: 'UTC', omitsPaid: false };

interface Situation {
  store: Store;
  truth: Truth;
}

interface Start extends Situation {
  /** Earlier states of the truth, which a stale answer may still show, and the notices about them. */
  history: readonly Truth[];
  notices: readonly Notice[];
}

/** Earlier payments are in both the store and the truth, and their notices may still come. */
function startingAt(name: string): Start {
  const [status] = name.split(' ') as [Store['status']];
  const confirmed = status !== 'DRAFT' && !name.endsWith('draft');
  const invoiceId = confirmed && !name.endsWith('without an answer') ? 'own' : null;
  const history = [NOTHING_PAID];
  const notices: Notice[] = [];
  for (const act of EARLIER[status] ?? []) {
    const happened = happen(history.at(-1) ?? NOTHING_PAID, act);
    if (happened === undefined) throw new Error('an earlier act is possible');
    history.push(happened.truth);
    notices.push(happened.notice);
  }
  const truth = history.at(-1) ?? NOTHING_PAID;
  const { steps } = settleAnswer(EMPTY, readAnswer(truth, PLAIN));
  const credits = CREDITS[status] ?? 0;
  return { history, notices, truth, store: { ...EMPTY, status, confirmed, invoiceId, steps, credits } };
}

const part = (amount: bigint): Act => ({ do: 'pay', invoice: 'own', amount });
const EARLIER: Partial<Record<Store['status'], Act[]>> = {
  PAYMENT_REVIEW: [part(400n)],
  PAID: [part(400n), part(600n)],
  COMPLETED: [part(400n), part(600n)],
  REFUNDED: [part(400n), part(600n)],
};
/** A refunded order was credited before. */
const CREDITS: Partial<Record<Store['status'], number>> = { PAID: 1, COMPLETED: 1, REFUNDED: 1 };

const STARTS = [...ORDER_STATUSES, 'PENDING_PAYMENT without an answer', 'EXPIRED draft', 'CANCELLED draft'];

const style: fc.Arbitrary<Style> = fc.record({
  amounts: fc.constantFrom('number', 'decimal', 'text', 'decimal text'),
  offBy: fc.integer({ min: -1500, max: 1500 }),
  times: fc.constantFrom('UTC', 'Jakarta', 'no offset', 'a space and no offset'),
  omitsPaid: fc.boolean(),
});
const payment: fc.Arbitrary<Act> = fc.record({
  do: fc.constant('pay'),
  invoice: fc.constantFrom('own', 'own', 'former'),
  amount: fc.constantFrom(400n, 600n, 1000n, 1004n),
});
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: payment },
  { weight: 1, arbitrary: fc.constant<Act>({ do: 'pay', invoice: 'dollars', amount: 7n }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Act>({ do: 'refund' }, { do: 'refund a part' }, { do: 'chargeback' }),
  },
  { weight: 2, arbitrary: fc.constantFrom<Act>({ do: 'expire' }, { do: 'fail' }, { do: 'view' }) },
);
/** Acts that the provider's answer does not show yet. */
const staleBy = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat({ max: 8 }) });
const ask = fc.record({ style, staleBy, dies: fc.boolean() });
const delivery = fc.record({ style, which: fc.nat({ max: 11 }), dies: fc.boolean(), check: ask });

type Valued<A> = A extends fc.Arbitrary<infer T> ? T : never;
type Ask = Valued<typeof ask>;
type Step = { act: Act } | { deliver: Valued<typeof delivery> } | { poll: Ask };

const stepsOf = (acts: fc.Arbitrary<Act>): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 3, arbitrary: acts.map((each): Step => ({ act: each })) },
      { weight: 4, arbitrary: delivery.map((deliver): Step => ({ deliver })) },
      { weight: 1, arbitrary: ask.map((poll): Step => ({ poll })) },
    ),
    { maxLength: 14 },
  );

/** All acts come first, and deliveries die before their commit, so that many notices meet the order where it starts. */
const actsFirst = fc
  .tuple(fc.array(act, { minLength: 3, maxLength: 8 }), fc.array(delivery, { minLength: 10, maxLength: 10 }))
  .map(([acts, deliveries]): Step[] => [
    ...acts.map((each): Step => ({ act: each })),
    ...deliveries.map((each): Step => ({ deliver: { ...each, dies: true } })),
  ]);

const SURE: Ask = { style: PLAIN, staleBy: 0, dies: false };

/** Plays the steps; afterwards everything that was lost comes after all, newest first, and the provider is asked once more. */
function play(start: Start, steps: readonly Step[], onCell: (cell: string) => void): Situation {
  let { store } = start;
  const history = [...start.history];
  const truth = () => history.at(-1) as Truth;
  const notices = [...start.notices];
  const become = (next: Store) => {
    const isCredit = next.credits > store.credits;
    if (isCredit) expect(grossOf(truth())).toBeGreaterThanOrEqual(PAYABLE);
    if (isCredit) expect(next.confirmed).toBe(true);
    expect(next.credits).toBeLessThanOrEqual(1);
    expect(next.timesReplaced).toBe(0);
    // A commit that moves the order tells of its payments by that; each payment of any other has a step of its own.
    const entered = paymentsIn(next) - paymentsIn(store);
    expect(next.paymentSteps - store.paymentSteps).toBe(next.moves > store.moves ? 0 : entered);
    store = next;
  };
  const answerAt = (staleBy: number) => history.at(-1 - Math.min(staleBy, history.length - 1)) as Truth;
  const check = ({ style: written, staleBy, dies }: Ask) => {
    const next = settleAnswer(store, readAnswer(answerAt(staleBy), written));
    if (!dies) become(next);
  };
  const deliver = (notice: Notice, written: Style, dies: boolean, asked: Ask) => {
    onCell(`${store.status} | ${notice.kind} | ${answerKind(answerAt(asked.staleBy))}`);
    const next = settleNotice(store, readNotice(notice, written));
    if (dies) return;
    become(next.store);
    if (next.outcome === 'hint') check(asked);
  };
  for (const step of steps) {
    if ('act' in step) {
      const happened = happen(truth(), step.act);
      if (happened === undefined) continue;
      history.push(happened.truth);
      notices.push(happened.notice);
    } else if ('poll' in step) check(step.poll);
    else {
      const notice = notices[step.deliver.which % Math.max(1, notices.length)];
      if (notice !== undefined) deliver(notice, step.deliver.style, step.deliver.dies, step.deliver.check);
    }
  }
  for (const notice of notices.toReversed()) deliver(notice, PLAIN, false, SURE);
  check(SURE);
  return { store, truth: truth() };
}

function assertRules(start: Start, { store, truth }: Situation): void {
  expect(receivedIn(store.steps)).toBe(netOf(truth));
  const [gross, net] = [grossOf(truth), netOf(truth)];
  const hasDollars = truth.dollars.paid > 0n;
  switch (store.status) {
    case 'PAID':
    case 'COMPLETED':
      // Exceptions name at least what is too much now, and what went back; a surplus that went back was named before.
      expect(store.surplusReported).toBeGreaterThanOrEqual(net > PAYABLE ? net - PAYABLE : 0n);
      expect(store.surplusReported).toBeLessThanOrEqual(gross - PAYABLE);
      expect(store.refundReported ?? 0n).toBe(truth.own.refunded);
      break;
    case 'REFUNDED':
      // All that came in after the end is too much.
      if (start.store.status === 'REFUNDED') expect(store.surplusReported).toBe(gross - grossOf(start.truth));
      expect(store.credits).toBe(start.store.credits);
      break;
    default: {
      expect(store.credits).toBe(0);
      const creditable =
        truth.former.paid + (truth.own.status === 'refunded' ? 0n : truth.own.paid - truth.own.refunded);
      if (store.confirmed && !hasDollars) expect(creditable).toBeLessThan(PAYABLE);
      const isUntouched = !store.confirmed || (gross === 0n && !hasDollars);
      expect(store.status).toBe(isUntouched ? start.store.status : 'PAYMENT_REVIEW');
    }
  }
}

const paymentsIn = ({ steps }: Store) => steps.filter(({ kind }) => kind === 'PAYMENT').length;

const RUNS = 40_000;
// The walks take twenty seconds, and several times that beside other work.
vi.setConfig({ testTimeout: 150_000 });

test('received sum, credits and exceptions follow from what happened, and every cell of status, notice and answer is played', () => {
  const cells = new Map<string, number>();
  let deliveries = 0;
  const count = (cell: string) => {
    deliveries += 1;
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  };
  const property = fc.property(fc.constantFrom(...STARTS), fc.oneof(stepsOf(act), actsFirst), (name, steps) => {
    const start = startingAt(name);
    const end = play(start, steps, count);
    assertRules(start, end);
    const again = settleAnswer(end.store, readAnswer(end.truth, PLAIN));
    expect(again).toEqual(end.store);
  });
  fc.assert(property, { numRuns: RUNS, seed: 20261122 });

  const every = ORDER_STATUSES.flatMap((status) =>
    NOTICE_KINDS.flatMap((kind) => ANSWER_KINDS.map((answer) => `${status} | ${kind} | ${answer}`)),
  );
  const missing = every.filter((cell) => !cells.has(cell));
  const fewest = Math.min(...cells.values());
  console.log(
    `${RUNS} permutations, ${deliveries} deliveries: ${every.length - missing.length} of ${every.length} cells hit, each ${fewest} times or more`,
  );
  expect(missing).toEqual([]);
  expect([...cells.keys()].filter((cell) => !every.includes(cell))).toEqual([]);
});

test('the same payments give the same sum, credits and exceptions, whatever is delivered in between, and how it is written', () => {
  const starts = ['PENDING_PAYMENT', 'PENDING_PAYMENT without an answer', 'EXPIRED', 'CANCELLED'];
  const harmless = fc.constantFrom<Act>({ do: 'expire' }, { do: 'fail' }, { do: 'view' });
  const steps = stepsOf(fc.oneof({ weight: 4, arbitrary: payment }, { weight: 1, arbitrary: harmless }));
  const property = fc.property(fc.constantFrom(...starts), steps, (name, played) => {
    const start = startingAt(name);
    const { store, truth } = play(start, played, () => undefined);
    const paid = grossOf(truth);
    const isEnough = paid >= PAYABLE;
    const { status, credits, surplusReported, refundReported } = store;
    expect({ status, credits, surplusReported, refundReported, received: receivedIn(store.steps) }).toEqual({
      status: isEnough ? 'PAID' : paid > 0n ? 'PAYMENT_REVIEW' : start.store.status,
      credits: isEnough ? 1 : 0,
      surplusReported: isEnough ? paid - PAYABLE : 0n,
      refundReported: null,
      received: paid,
    });
  });
  fc.assert(property, { numRuns: RUNS / 2, seed: 20261122 });
});

test.each(['refund', 'refund a part', 'chargeback', 'dollars'] as const)(
  'after a notice of "%s" an exact one is a hint, and settles nothing by itself',
  (first) => {
    const { store } = startingAt('PENDING_PAYMENT');
    const sum = happen(NOTHING_PAID, { do: 'pay', invoice: 'own', amount: PAYABLE });
    const after = happen(
      sum?.truth ?? NOTHING_PAID,
      first === 'dollars' ? { do: 'pay', invoice: 'dollars', amount: 7n } : { do: first },
    );
    if (sum === undefined || after === undefined) throw new Error('both can happen');
    const tainted = settleNotice(store, readNotice(after.notice, PLAIN)).store;
    expect(settleNotice(store, readNotice(sum.notice, PLAIN)).outcome).toBe('settled');
    expect(settleNotice(tainted, readNotice(sum.notice, PLAIN)).outcome).toBe('hint');
  },
);
