import { type ApolloClient, gql } from '@apollo/client';
import type { Ground } from '../neighbours/ground.ts';
import { asSent } from './as-sent.ts';
import {
  assert,
  checkHistory,
  checkOptionReferences,
  checkOrder,
  checkOrganizations,
  checkPage,
} from './check-answers.ts';
import { gatewayRequests } from './gateway-requests.ts';
import type { Request } from './load.ts';
import { ORDER, ORDERS, TOPUP_PAGE } from './operations.ts';
import { FIRST_ORDER, orderIdOf, organizationOf } from './pending-orders.ts';

export interface Workload {
  name: WorkloadName;
  title: string;
  /** The requests that the load repeats. */
  requests: readonly Request[];
  /** Throws where the answer to the first request does not hold what was asked for. */
  check(data: never): void;
}

export const WORKLOADS = ['page', 'order-page', 'history', 'long-history', 'organizations', 'options'] as const;
export type WorkloadName = (typeof WORKLOADS)[number];

/** Organizations that ask in turn: as many as have orders and balances. */
export const ASKING = 200;
const REFERENCES = 50;
/** As many as a page shows at once, and the most that the graph gives. */
const PAGE_OF_ORDERS = 10;
const LONG_PAGE = 100;
const CODES = [
  'wa_balance',
  'muv',
  'agent_extra',
  'voice_call_extra',
  'chatbot_ai_extra',
  'email_extra',
  'recording_extra',
];
const TOKEN_SECONDS = 12 * 3600;

/** The longest answer that anybody may ask for: no page, but a client of its own. */
const LONG_HISTORY = gql`query TopupOrders($first: Int!) { topupOrders(first: $first) {
  edges { cursor node {
    id number status total { amount currencyCode } createdAt paidInvoiceNumber
    lines { id kind code label quantity credits unitPrice { amount currencyCode } amount { amount currencyCode } }
  } }
  pageInfo { endCursor hasNextPage } totalCount
} }`;

/** One for each of so many organizations, good for longer than the bench takes. */
export function tokensOf({ sandbox, organizations }: Ground, count: number): Promise<string[]> {
  const of = organizations.slice(0, count);
  return Promise.all(of.map((id) => sandbox.auth.token({ organization_id: id, expires_in: TOKEN_SECONDS })));
}

/** The number of orders that await their payment for the workloads, from FIRST_ORDER on: each of another organization. */
export const AWAITED_ORDERS = ASKING - 1;

/** Every read that is measured, as clients send it; organizations ask in turn, each with its token. */
export async function workloads(ground: Ground, asking = ASKING): Promise<Workload[]> {
  const { sandbox, organizations } = ground;
  const tokens = await tokensOf(ground, asking);
  const tokenOf = (organization: string) => tokens[organizations.indexOf(organization)] ?? '';
  const support = await sandbox.auth.token({ scope: 'topup:support', expires_in: TOKEN_SECONDS });

  const ofEach = (ask: (client: ApolloClient, organization: string) => Promise<unknown>) =>
    Promise.all(tokens.map((token, index) => asSent(token, (client) => ask(client, organizations[index] ?? ''))));
  const page = await ofEach((client, id) =>
    client.query({ query: TOPUP_PAGE, variables: { organization: [{ __typename: 'Organization', id }] } }),
  );
  const history = await ofEach((client) =>
    client.query({ query: ORDERS, variables: { first: PAGE_OF_ORDERS, status: null } }),
  );
  const long = await ofEach((client) => client.query({ query: LONG_HISTORY, variables: { first: LONG_PAGE } }));
  const order = await Promise.all(
    Array.from({ length: AWAITED_ORDERS }, (_, index) => {
      const number = FIRST_ORDER + index;
      const ask = (client: ApolloClient) => client.query({ query: ORDER, variables: { id: orderIdOf(number) } });
      return asSent(tokenOf(String(organizationOf(number))), ask);
    }),
  );
  const references = await gatewayRequests(support, {
    organizations: organizations.slice(0, REFERENCES),
    options: Array.from(
      { length: REFERENCES },
      (_, index) => `${organizations[Math.floor(index / CODES.length)]}:${CODES[index % CODES.length]}`,
    ),
  });
  return [
    {
      name: 'page',
      title: `the top-up page, of ${asking} organizations`,
      requests: page,
      check: (data) => checkPage(data, CODES),
    },
    {
      name: 'order-page',
      title: 'the order page, which polls while payment is awaited',
      requests: order,
      check: checkOrder,
    },
    {
      name: 'history',
      title: `the history, ${PAGE_OF_ORDERS} orders a page`,
      requests: history,
      check: (data) => checkHistory(data, PAGE_OF_ORDERS),
    },
    {
      name: 'long-history',
      title: `${LONG_PAGE} orders with their lines`,
      requests: long,
      check(data) {
        for (const { lines } of checkHistory(data, LONG_PAGE)) assert(lines?.length === 2, 'two lines of each');
      },
    },
    {
      name: 'organizations',
      title: `${REFERENCES} \`_entities\` of a gateway: organizations, with their options`,
      requests: [references.organizations],
      check: (data) => checkOrganizations(data, REFERENCES, CODES),
    },
    {
      name: 'options',
      title: `${REFERENCES} \`_entities\` of a gateway: options`,
      requests: [references.options],
      check: (data) => checkOptionReferences(data, REFERENCES),
    },
  ];
}
