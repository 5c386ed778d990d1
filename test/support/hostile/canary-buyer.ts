import { print } from 'graphql';
import { ConfirmOrderDocument, CreateTopupOrderDocument, type OrderFragment } from '../../generated/operations.ts';
import { toItems, until } from '../app/purchase.ts';
import type { CanaryPlace } from './canary-place.ts';

/** One answer, and the canaries that it may contain: those that its caller has just sent, or owns. */
export interface CapturedAnswer {
  what: string;
  text: string;
  own: readonly string[];
}

type Json = Record<string, unknown> & { data?: Record<string, never> };

export interface CanaryBuyer {
  answers: CapturedAnswer[];
  ask(what: string, path: string, init?: RequestInit, own?: readonly string[]): Promise<string>;
  graph(what: string, query: string, variables?: unknown, own?: readonly string[]): Promise<Json>;
  create(): Promise<OrderFragment>;
  confirm(order: OrderFragment): Promise<Json>;
  /** Every field of a page. */
  browse(): Promise<void>;
  checkAndCancel(order: OrderFragment): Promise<void>;
  untilStatus(order: OrderFragment, status: string): Promise<void>;
}

/** A buyer who sends canaries in every input, and records every answer. */
export function createCanaryBuyer(place: CanaryPlace): CanaryBuyer {
  const { plant } = place.canaries;
  const answers: CapturedAnswer[] = [];
  const ask: CanaryBuyer['ask'] = async (what, path, init = {}, own = []) => {
    const headers = { ...place.headers, ...(init.headers as Record<string, string>) };
    const response = await fetch(place.replica.url + path, { ...init, headers });
    const body = await response.text();
    answers.push({ what, own, text: `${response.status} ${JSON.stringify([...response.headers])} ${body}` });
    return body;
  };
  const graph: CanaryBuyer['graph'] = async (what, query, variables = {}, own = []) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ query, variables });
    return JSON.parse(await ask(what, '/graphql', { method: 'POST', headers, body }, own));
  };
  const key = () => plant(`idempotency key ${answers.length}`);
  return {
    answers,
    ask,
    graph,
    async create() {
      const items = toItems(place.organizationId, { agent_extra: '2', wa_balance: '1000000' });
      const answer = await graph('create', print(CreateTopupOrderDocument), {
        input: { items, idempotencyKey: key() },
      });
      const { order } = (answer.data?.['createTopupOrder'] ?? {}) as { order?: OrderFragment };
      if (order === undefined) throw new Error(JSON.stringify(answer));
      return order;
    },
    // The pay link belongs to the buyer.
    confirm({ id, total }) {
      const input = { orderId: id, expectedTotal: total.amount, idempotencyKey: key() };
      return graph('confirm', print(ConfirmOrderDocument), { input }, ['pay link']);
    },
    async browse() {
      await graph('page', '{ topupOptions { code unitPrice { amount } } excessUsages { code } }');
      await graph('orders', '{ topupOrders { edges { node { number timeline { cause } lines { label } } } } }');
      await ask('options', '/iag/v1/topup-configurations');
      await ask('excess', `/iag/v1/topup-configurations/excess-quota?token=${plant('query string')}`);
    },
    async checkAndCancel({ id }) {
      for (const name of ['checkTopupPayment', 'cancelTopupOrder']) {
        await graph(name, `mutation { ${name}(input: { orderId: "${id}" }) { userErrors { code message } } }`);
      }
    },
    async untilStatus({ id }, status) {
      const read = async () => (await graph('order', `{ topupOrder(id: "${id}") { status } }`)).data?.['topupOrder'];
      await until(read, (order) => (order as { status?: string } | undefined)?.status === status);
    },
  };
}
