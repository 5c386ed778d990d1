import type { DataSource, EntityManager } from 'typeorm';
import { isUpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { lockOrder, orderNumbered, type TopupOrder, UNDER_REVIEW } from '../orders/index.ts';
import {
  everyInvoiceOf,
  type Invoice,
  invoiceIdsOf,
  moneyOfOrder,
  type OrderMoney,
  type PaymentProvider,
  SettleReceived,
  type Sums,
} from '../payments/index.ts';
import { inTransaction, rehearse } from '../platform/database/transaction.ts';
import { asOptions, describeSums, isSame } from './describe-sums.ts';
import { noSuchOrder } from './locked-order.ts';
import { OperatorRefusal, type Signed } from './operator-refusal.ts';

export interface DecisionParts {
  database: DataSource;
  clock: Clock;
  /** Called once the order is one that can be decided on. */
  provider: () => PaymentProvider;
}

/** A decision about money, and the sum on which the operator based it. */
export interface MoneyDecision extends Signed {
  received?: Sums;
  /** Changes nothing, and returns the same. */
  isDryRun?: boolean;
}

interface Deciding<T> {
  /** Throws OperatorRefusal for an order on which nothing can be decided. */
  assertDecidable(order: TopupOrder): void;
  /** Runs under the order's row lock. */
  decide(tx: EntityManager, order: TopupOrder, money: OrderMoney): Promise<T>;
}

export interface Decided {
  money: OrderMoney;
  /** Set if the provider's answer could not be used: the sums are those that were known before. */
  unread: string | undefined;
}

/**
 * Asks the provider what came in, settles its answer as the poll does, and then decides, each in one transaction under the
 * order's row lock. If the answer settles the order by itself, there is nothing left to decide. A dry run does all of it in one
 * transaction, and rolls that back. A repeat after a crash finds the order as the last commit left it.
 */
export async function decideOnMoney<T>(
  { database, clock, provider }: DecisionParts,
  orderNumber: string,
  { received, isDryRun }: MoneyDecision,
  { assertDecidable, decide }: Deciding<T>,
): Promise<T & Decided> {
  const snapshot = await orderNumbered(database, orderNumber);
  if (snapshot === null) throw noSuchOrder(orderNumber);
  assertDecidable(snapshot);
  const answer = await answerAbout(database, provider(), snapshot);
  const unread = 'unread' in answer ? answer.unread : undefined;
  const settlement = new SettleReceived(database, clock, () => undefined);
  const decideLocked = async (tx: EntityManager) => {
    const order = await lockOrder(tx, { id: snapshot.id });
    if (order === undefined) throw noSuchOrder(orderNumber);
    assertDecidable(order);
    const money = await moneyOfOrder(tx, order);
    assertSeen(order, money, { received, isDryRun });
    return { ...(await decide(tx, order, money)), money, unread };
  };
  if (isDryRun) {
    return rehearse(database, async (tx) => {
      if ('invoices' in answer) await settlement.settleIn(tx, snapshot.id, answer).catch(refuseTaken(snapshot));
      return decideLocked(tx);
    });
  }
  if ('invoices' in answer) await settlement.settle(snapshot.id, answer).catch(refuseTaken(snapshot));
  return inTransaction(database, decideLocked);
}

interface Answer {
  provider: string;
  source: 'check';
  invoices: readonly Invoice[];
}

/**
 * An answer that cannot be read, or that knows no invoice, must not keep an operator from ending the order for ever. While
 * the provider does not answer, nothing is decided.
 */
async function answerAbout(
  database: DataSource,
  provider: PaymentProvider,
  order: TopupOrder,
): Promise<Answer | { unread: string }> {
  try {
    const { invoices, isUnknown } = await everyInvoiceOf(
      database,
      provider,
      order,
      await invoiceIdsOf(database, order.id),
    );
    if (isUnknown) return { unread: `${provider.name} does not know invoice ${order.paymentInvoiceId}` };
    return { provider: provider.name, source: 'check', invoices };
  } catch (error) {
    if (!isUpstreamError(error)) throw error;
    if (error.kind === 'malformed') return { unread: error.message };
    throw new OperatorRefusal(
      `Nothing was decided about ${order.number}, because the provider must first say what it received: ${error.message}. Try again later.`,
    );
  }
}

const refuseTaken =
  ({ number }: TopupOrder) =>
  (error: unknown): never => {
    if (!isUpstreamError(error)) throw error;
    throw new OperatorRefusal(`Nothing was decided about ${number}: ${error.message}. Run the command again.`);
  };

function assertSeen(
  { number, status }: TopupOrder,
  money: OrderMoney,
  { received, isDryRun = false }: Pick<MoneyDecision, 'received' | 'isDryRun'>,
): void {
  const [now, options] = [describeSums(money.received), asOptions(money.received)];
  if (received === undefined) {
    if (isDryRun || !UNDER_REVIEW.has(status)) return;
    throw new OperatorRefusal(
      `Nothing was decided about ${number}: name the sum on which you decide. ${now} was received so far: ${options}.`,
    );
  }
  if (isSame(received, money.received)) return;
  throw new OperatorRefusal(
    `Nothing was decided about ${number}: you saw ${describeSums(received)}, and ${now} was received by now. If your decision stands, repeat it with ${options}.`,
  );
}
