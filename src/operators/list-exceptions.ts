import type { DataSource } from 'typeorm';
import { orderNumbered } from '../orders/index.ts';
import { moneyOfOrder, type OpenPayment, openPayments, TO_GIVE_BACK } from '../payments/index.ts';

export interface ListedException extends OpenPayment {
  /** Rupiah of it that still have to go back; null if it names none. */
  stillToGiveBack: bigint | null;
}

/** Returns what awaits an operator, oldest first, with the money that still has to go back. */
export async function listExceptions(database: DataSource): Promise<ListedException[]> {
  const listed: ListedException[] = [];
  for (const payment of await openPayments(database)) {
    const namesMoney = [...TO_GIVE_BACK].some((outcome) => outcome === payment.outcome);
    const order = namesMoney ? await orderNumbered(database, payment.orderNumber) : null;
    const money = order === null ? undefined : await moneyOfOrder(database, order);
    listed.push({ ...payment, stillToGiveBack: money?.giveBack.stillById.get(payment.id) ?? null });
  }
  return listed;
}
