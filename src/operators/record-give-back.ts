import { decimalDifference } from '../kernel/amount.ts';
import { newId } from '../kernel/ids.ts';
import { jakartaDate } from '../kernel/jakarta.ts';
import { CREDITED, REFUNDED, recordStep, type TopupOrder } from '../orders/index.ts';
import {
  closeGivenBack,
  insertGiveBack,
  moneyOfOrder,
  type OrderGiveBack,
  type OrderMoney,
  withForeign,
} from '../payments/index.ts';
import { type Decided, type DecisionParts, decideOnMoney, type MoneyDecision } from './decide-on-money.ts';
import { describeSums } from './describe-sums.ts';
import { OperatorRefusal } from './operator-refusal.ts';

export interface GiveBackRequest extends MoneyDecision {
  sum: { amount: string; currency: string };
  /** The bank's or the provider's. It names one give-back of an order for good. */
  reference: string;
  /** The day in Jakarta, as YYYY-MM-DD; today by default. */
  givenOn?: string | undefined;
  channel: OrderGiveBack['channel'];
}

export interface RecordedGiveBack {
  order: TopupOrder;
  record: OrderGiveBack;
  /** The same give-back was recorded before, so nothing was entered. */
  isRepeat: boolean;
  /** The ids of the exceptions that it closes. */
  closed: readonly string[];
  /** The money of the order with it. */
  after: OrderMoney;
}

/**
 * Records money that an operator gave back by hand, and closes the exceptions whose money went back with it. Moves neither money nor the
 * order. A repeat of a reference enters nothing; another sum under it is refused.
 */
export function recordGiveBack(
  parts: DecisionParts,
  orderNumber: string,
  request: GiveBackRequest,
): Promise<RecordedGiveBack & Decided> {
  return decideOnMoney(parts, orderNumber, request, {
    assertDecidable,
    async decide(tx, order, money) {
      const at = parts.clock.now();
      const record = recordOf(order, request, at);
      assertDay(record, jakartaDate(at));
      const earlier = money.records.find(({ reference }) => reference === record.reference);
      if (earlier !== undefined) {
        assertSame(order, earlier, record);
        return { order, record: earlier, isRepeat: true, closed: [], after: money };
      }
      await insertGiveBack(tx, record);
      assertReceived(order, await moneyOfOrder(tx, order), record);
      const { actor, reason } = request;
      await recordStep(tx, order, { at, cause: 'operator: money given back', actor, reason });
      const closed = await closeGivenBack(tx, order, at);
      return { order, record, isRepeat: false, closed, after: await moneyOfOrder(tx, order) };
    },
  });
}

function recordOf({ id: orderId }: TopupOrder, request: GiveBackRequest, at: Date): OrderGiveBack {
  const { sum, reference, channel, actor, givenOn = jakartaDate(at) } = request;
  const { amount: originalAmount, currency: originalCurrency } = sum;
  const amount = originalCurrency === 'IDR' ? BigInt(originalAmount) : null;
  const about = { orderId, channel, amount, originalAmount, originalCurrency, reference, givenOn, actor };
  return { id: newId(), ...about, recordedAt: at };
}

function assertDecidable({ number, status }: TopupOrder): void {
  if (CREDITED.has(status) || REFUNDED.has(status)) return;
  throw new OperatorRefusal(
    `${number} is ${status}: a give-back is recorded for an order in PAID, COMPLETED or REFUNDED. Refund it first, if it is under review.`,
  );
}

function assertDay({ givenOn }: OrderGiveBack, today: string): void {
  if (givenOn <= today) return;
  throw new OperatorRefusal(
    `${givenOn} is in the future: name the day on which the money was given back, ${today} at the latest.`,
  );
}

const sumOf = ({ originalAmount, originalCurrency }: OrderGiveBack) =>
  describeSums(new Map([[originalCurrency, originalAmount]]));

function assertSame({ number }: TopupOrder, earlier: OrderGiveBack, record: OrderGiveBack): void {
  const facts = (one: OrderGiveBack) =>
    `${sumOf(one)} on ${one.givenOn}${one.channel === 'TRANSFER' ? ' by transfer' : ''}`;
  if (facts(earlier) === facts(record)) return;
  throw new OperatorRefusal(
    `${number} has ${facts(earlier)} under the reference ${record.reference} already: ${facts(record)} needs a reference of its own.`,
  );
}

/** Never more goes back than came in. */
function assertReceived(
  { number }: TopupOrder,
  after: OrderMoney,
  { originalCurrency: currency }: OrderGiveBack,
): void {
  const { paid, giveBack, records, steps } = after;
  const came = withForeign(paid, steps);
  const back = currency === 'IDR' ? String(giveBack.returned) : totalIn(currency, records);
  const most = came.get(currency) ?? '0';
  if (decimalDifference(back, most) === '0') return;
  throw new OperatorRefusal(
    `Nothing was recorded for ${number}: ${describeSums(new Map([[currency, back]]))} would have been given back, and ${describeSums(came)} came in.`,
  );
}

function totalIn(currency: string, records: readonly OrderGiveBack[]): string {
  const steps = records.map((record) => ({ ...record, kind: 'PAYMENT' as const }));
  return withForeign(0n, steps).get(currency) ?? '0';
}
