import type { MekariPay } from '../mekari-pay/mekari-pay.ts';
import type { Moderator } from '../moderator/moderator.ts';
import { Refusal } from '../server/reply.ts';
import { type Buyer, CANCEL, CONFIRM, CREATE, OPTIONS, type StateOrder, SUBMIT } from './graph.ts';
import type { Product } from './product.ts';

export const ORDER_STATES = [
  'DRAFT',
  'PENDING_PAYMENT',
  'PAID',
  'COMPLETED',
  'PAYMENT_REVIEW',
  'EXPIRED',
  'CANCELLED',
  'REFUNDED',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** The statuses of an order, and the draft that awaits another person's approval. */
export const STATES = [...ORDER_STATES, 'SUBMITTED'] as const;
export type State = (typeof STATES)[number];

export interface OrderSteps {
  buyer: Buyer;
  mekariPay: MekariPay;
  moderator: Moderator;
  product: Product;
  /** Same keys, same order: see the idempotency keys of the product. */
  key: string;
  items: readonly { code: string; quantity: string }[] | undefined;
}

/** Brings a new order to the state by the product's own steps: a buyer's, Mekari Pay's, accounting's or an operator's. */
export async function reachOrder(state: State, steps: OrderSteps): Promise<StateOrder> {
  const { buyer, mekariPay, moderator, product, key } = steps;
  const draft = await buyer.order(CREATE, { items: await itemsOf(state, steps), idempotencyKey: `${key} create` });
  if (state === 'DRAFT') return draft;
  if (state === 'SUBMITTED') return buyer.order(SUBMIT, { orderId: draft.id });
  const { id, number } = draft;
  const until = (status: OrderState) => buyer.until(id, status, (order) => order.status === status);
  const terms = { orderId: id, expectedTotal: draft.total.amount, idempotencyKey: `${key} confirm` };
  await buyer.order(CONFIRM, terms);
  const pending = await buyer.until(id, 'an invoice', ({ paymentUrl }) => paymentUrl !== null);
  switch (state) {
    case 'PENDING_PAYMENT':
      return pending;
    case 'PAYMENT_REVIEW':
      await mekariPay.payPart(number);
      break;
    case 'EXPIRED':
      await mekariPay.expire(number);
      break;
    case 'CANCELLED':
      return buyer.order(CANCEL, { orderId: id });
    case 'PAID':
      // Accounting refuses this order until a reset, so it never becomes COMPLETED.
      moderator.faults.set([...moderator.faults.list(), { kind: 'status', status: 503, match: { body: number } }]);
      await mekariPay.pay(number);
      break;
    case 'COMPLETED':
      await mekariPay.pay(number);
      break;
    case 'REFUNDED':
      await mekariPay.pay(number);
      await refund(await until('COMPLETED'), product);
  }
  return until(state);
}

async function refund({ number, lines }: StateOrder, product: Product): Promise<void> {
  const topups = lines.filter(({ kind }) => kind === 'TOPUP');
  await product.refund(number, Object.fromEntries(topups.map(({ code, credits }) => [code, credits])));
}

interface Option {
  id: string;
  code: string;
  minimum: string;
  choices: { quantity: string }[];
}

/** By default the least of the first option that the organization sees; twice that for an approval, which the least needs not. */
async function itemsOf(state: State, { buyer, items }: OrderSteps): Promise<{ optionId: string; quantity: string }[]> {
  const { topupOptions } = await buyer.query<{ topupOptions: Option[] | null }>(OPTIONS);
  const options = topupOptions ?? [];
  const [first] = options;
  if (first === undefined) throw new Refusal(409, 'no_option', 'the organization sees no option, so it cannot order');
  if (items === undefined) {
    const least = first.choices[0]?.quantity ?? first.minimum;
    return [{ optionId: first.id, quantity: state === 'SUBMITTED' ? String(2n * BigInt(least)) : least }];
  }
  return items.map(({ code, quantity }) => {
    const option = options.find((one) => one.code === code);
    if (option !== undefined) return { optionId: option.id, quantity };
    const codes = options.map((one) => one.code).join(', ');
    throw new Refusal(422, 'no_option', `the organization cannot buy ${code}; it can buy ${codes}`);
  });
}
