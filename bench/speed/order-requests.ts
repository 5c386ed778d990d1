import { randomUUID } from 'node:crypto';
import type { Request } from 'autocannon';
import { asSent, withToken } from './as-sent.ts';
import { CONFIRM_ORDER, CREATE_ORDER } from './operations.ts';

/** As a page sends them; what stands for the order and the key is replaced for each order. */
const NOBODY = 'a.b.c';
const create = await asSent(NOBODY, (client) =>
  client.mutate({ mutation: CREATE_ORDER, variables: { input: { items: [], idempotencyKey: '' } } }),
);
const confirm = await asSent(NOBODY, (client) =>
  client.mutate({
    mutation: CONFIRM_ORDER,
    variables: { input: { orderId: '', expectedTotal: '', idempotencyKey: '' } },
  }),
);
const CREATE = JSON.parse(create.body) as object;
const CONFIRM = JSON.parse(confirm.body) as object;

const orderHeaders = (token: string) => withToken(create.headers, token);

/** Two seats and a thousand e-mails: nothing is owed for either, so that each order is like the one before. */
export const createBody = (organizationId: string, idempotencyKey: string) =>
  withInput(CREATE, {
    items: [
      { optionId: `${organizationId}:agent_extra`, quantity: '2' },
      { optionId: `${organizationId}:email_extra`, quantity: '1000' },
    ],
    idempotencyKey,
  });

/** Confirms the order that the answer to a create holds. Throws where it holds none. */
export function confirmBody(created: string, idempotencyKey: string): string {
  const { order } = (JSON.parse(created) as Created).data.createTopupOrder;
  if (order === null) throw new Error(created.slice(0, 300));
  return withInput(CONFIRM, { orderId: order.id, expectedTotal: order.total.amount, idempotencyKey });
}

interface Created {
  data: { createTopupOrder: { order: { id: string; total: { amount: string } } | null } };
}

const withInput = (sent: object, input: object) => JSON.stringify({ ...sent, variables: { input } });

/** One connection's: a create and a confirm of what it created, again and again, each with a key of its own. */
export function orderRequests(token: string, onAnswer: (status: number, body: string) => void): Request[] {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, string>;
  const headers = orderHeaders(token);
  let created = '';
  return [
    {
      method: 'POST',
      setupRequest: (request) => ({
        ...request,
        headers: { ...headers },
        body: createBody(claims['organization_id'] ?? '', randomUUID()),
      }),
      onResponse(status, text) {
        onAnswer(status, text);
        created = text;
      },
    },
    {
      method: 'POST',
      setupRequest: (request) => ({ ...request, headers: { ...headers }, body: confirmBody(created, randomUUID()) }),
      onResponse(status, text) {
        const isPayable = text.includes('"userErrors":[]') && text.includes('"paymentUrl":"http');
        onAnswer(isPayable ? status : 0, text);
      },
    },
  ];
}
