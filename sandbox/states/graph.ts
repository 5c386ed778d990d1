import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../server/reply.ts';

export interface StateOrder {
  id: string;
  number: string;
  status: string;
  total: { amount: string };
  paymentUrl: string | null;
  lines: { kind: string; code: string; credits: string }[];
}

const ORDER = '{ id number status total { amount } paymentUrl lines { kind code credits } }';
const PAYLOAD = `{ order ${ORDER} userErrors { code message } }`;

export const OPTIONS = 'query { topupOptions { id code minimum choices { quantity } } }';
export const CREATE = `mutation ($input: CreateTopupOrderInput!) { result: createTopupOrder(input: $input) ${PAYLOAD} }`;
export const CONFIRM = `mutation ($input: ConfirmOrderInput!) { result: confirmOrder(input: $input) ${PAYLOAD} }`;
export const CANCEL = `mutation ($input: CancelTopupOrderInput!) { result: cancelTopupOrder(input: $input) ${PAYLOAD} }`;
export const SUBMIT = `mutation ($input: SubmitTopupOrderInput!) { result: submitTopupOrder(input: $input) ${PAYLOAD} }`;
const READ = `query ($id: ID!) { topupOrder(id: $id) ${ORDER} }`;

const POLL_MS = 20;

/** The product's graph, as a buyer of one organization uses it, until `signal` ends the wait. */
export interface Buyer {
  query<T>(document: string, variables?: object): Promise<T>;
  /** Runs a mutation of an order. A user error is a Refusal (409). */
  order(mutation: string, input: object): Promise<StateOrder>;
  /** Polls until the order is as wanted: background work has no call to await. */
  until(id: string, wanted: string, isReached: (order: StateOrder) => boolean): Promise<StateOrder>;
}

interface Payload {
  result: { order: StateOrder | null; userErrors: { code: string; message: string }[] } | null;
}

export function createBuyer(graphUrl: string, token: string, signal: AbortSignal): Buyer {
  async function query<T>(text: string, variables: object = {}): Promise<T> {
    const response = await fetch(graphUrl, {
      method: 'POST',
      signal,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: text, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: T; errors?: { message: string }[] };
    if (errors !== undefined || data === undefined)
      throw new Refusal(
        502,
        'graph_failed',
        `the product's graph answered ${response.status}: ${errors?.[0]?.message}`,
      );
    return data;
  }

  return {
    query,
    async order(mutation, input) {
      const { result } = await query<Payload>(mutation, { input });
      const [error] = result?.userErrors ?? [];
      if (error !== undefined)
        throw new Refusal(409, 'refused', `the product refused: ${error.code}: ${error.message}`);
      if (result?.order == null) throw new Refusal(502, 'graph_failed', 'the product answered a mutation with null');
      return result.order;
    },
    async until(id, wanted, isReached) {
      let order: StateOrder | null = null;
      try {
        for (;;) {
          ({ topupOrder: order } = await query<{ topupOrder: StateOrder | null }>(READ, { id }));
          if (order !== null && isReached(order)) return order;
          await sleep(POLL_MS, undefined, { signal });
        }
      } catch (error) {
        if (!signal.aborted || order === null) throw error;
        throw notReached(`${order.number} is ${order.status}, and ${wanted} was expected`);
      }
    },
  };
}

export function notReached(detail: string): Refusal {
  const advice = 'See the log of the product, and the faults that are switched on at its neighbours';
  return new Refusal(504, 'state_not_reached', `the state was not reached in time: ${detail}. ${advice}.`);
}
