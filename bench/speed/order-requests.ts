import { randomUUID } from 'node:crypto';
import type { Request } from 'autocannon';

const CREATE = `mutation Create($input: CreateTopupOrderInput!) { createTopupOrder(input: $input) {
  order { id number status total { amount currencyCode } } userErrors { code message }
} }`;
const CONFIRM = `mutation Confirm($input: ConfirmOrderInput!) { confirmOrder(input: $input) {
  order { number status paymentUrl paymentExpiresAt } userErrors { code message }
} }`;

/** Two seats and a thousand e-mails: nothing is owed for either, so that each order is like the one before. */
export const createBody = (organizationId: string, idempotencyKey: string) =>
  body(CREATE, {
    items: [
      { optionId: `${organizationId}:agent_extra`, quantity: '2' },
      { optionId: `${organizationId}:email_extra`, quantity: '1000' },
    ],
    idempotencyKey,
  });

/** For what the answer to a create says. Throws where it says anything but an order. */
export function confirmBody(created: string, idempotencyKey: string): string {
  const { order } = (JSON.parse(created) as Created).data.createTopupOrder;
  if (order === null) throw new Error(created.slice(0, 300));
  return body(CONFIRM, { orderId: order.id, expectedTotal: order.total.amount, idempotencyKey });
}

interface Created {
  data: { createTopupOrder: { order: { id: string; total: { amount: string } } | null } };
}

const body = (query: string, input: object) => JSON.stringify({ query, variables: { input } });

/** One connection's: a create and a confirm of what it created, again and again, each with a key of its own. */
export function orderRequests(token: string, onAnswer: (status: number, body: string) => void): Request[] {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, string>;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
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
