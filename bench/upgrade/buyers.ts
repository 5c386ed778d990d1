import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request of a buyer. */
export interface Request {
  kind: 'page' | 'create' | 'confirm';
  ms: number;
  /** undefined: it was answered as it should be. */
  failure: string | undefined;
}

export interface Buyers {
  readonly requests: readonly Request[];
  /** The numbers of the orders that were confirmed. */
  readonly confirmed: readonly string[];
  /** Each buyer goes to the next of these for each request. */
  setUrls(urls: readonly string[]): void;
  stop(): Promise<void>;
}

const PAUSE_MS = 100;
const PAGE = '{ topupOptions { id code label } }';
const CREATE = `mutation ($input: CreateTopupOrderInput!) {
  createTopupOrder(input: $input) { order { id number total { amount } } userErrors { code } } }`;
const CONFIRM = `mutation ($input: ConfirmOrderInput!) {
  confirmOrder(input: $input) { order { id number status } userErrors { code } } }`;

interface Answer {
  data?: Record<string, { order: { id: string; number: string; total?: { amount: string } } | null } | null>;
  errors?: { message: string }[];
}

/** Buyers that read the page, order, and confirm, without end, in words that every version knows. */
export function startBuyers(
  tokens: readonly { organizationId: string; token: string }[],
  first: readonly string[],
): Buyers {
  const requests: Request[] = [];
  const confirmed: string[] = [];
  let urls = first;
  let turn = 0;
  let isStopping = false;

  async function send(kind: Request['kind'], token: string, query: string, input?: object): Promise<Answer['data']> {
    const started = performance.now();
    const url = urls[turn++ % urls.length] ?? '';
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const body = JSON.stringify({ query, variables: { input } });
    const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body })
      .then((response) => response.json() as Promise<Answer>)
      .catch((error: Error): Answer => ({ errors: [{ message: String(error.cause ?? error.message) }] }));
    requests.push({ kind, ms: performance.now() - started, failure: answer.errors?.[0]?.message });
    return answer.data;
  }

  async function buy({ organizationId, token }: (typeof tokens)[number]): Promise<void> {
    await send('page', token, PAGE);
    const items = [{ optionId: `${organizationId}:agent_extra`, quantity: '1' }];
    const made = await send('create', token, CREATE, { items, idempotencyKey: randomUUID() });
    const order = made?.['createTopupOrder']?.order;
    if (order == null) return;
    const input = { orderId: order.id, expectedTotal: order.total?.amount, idempotencyKey: randomUUID() };
    const sure = await send('confirm', token, CONFIRM, input);
    if (sure?.['confirmOrder']?.order) confirmed.push(order.number);
  }

  const buying = tokens.map(async (buyer) => {
    while (!isStopping) {
      await buy(buyer);
      await sleep(PAUSE_MS);
    }
  });
  return {
    requests,
    confirmed,
    setUrls(next) {
      urls = next;
    },
    async stop() {
      isStopping = true;
      await Promise.all(buying);
    },
  };
}
