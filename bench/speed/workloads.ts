import type { Ground } from '../neighbours/ground.ts';
import type { Request } from './load.ts';

export interface Workload {
  name: WorkloadName;
  title: string;
  /** What the load sends, over and over. */
  requests: readonly Request[];
  /** Throws where the answer to the first request does not hold what was asked for. */
  check(data: never): void;
}

export const WORKLOADS = ['page', 'pages', 'whole-page', 'organizations', 'options', 'history'] as const;
export type WorkloadName = (typeof WORKLOADS)[number];

/** What catalogue, gates and prices give. */
const OPTION = `id code label description input minimum maximum step multiplier
  choices { quantity credits price { amount currencyCode } }
  unitPrice { amount currencyCode } priceSource quotaType validUntil asOf`;
const PAGE = `query TopupPage { topupOptions { ${OPTION} } }`;
/** With what the database and hub-core add to it. */
const WHOLE_PAGE = `query TopupPage { topupOptions { ${OPTION}
  excessUsage { code quantity amount { amount currencyCode } }
  balance { code balance }
} }`;
/** As a gateway asks for a list of organizations that another subgraph made, for a support caller. */
const ORGANIZATIONS = `query SupportList__topup__1($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Organization {
    topupEligibility { newPageEnabled orderingEnabled reasons }
    topupOptions { id code label unitPrice { amount currencyCode } }
  } }
}`;
/** The same for a list of options, each named by another subgraph. */
const OPTIONS = `query Recommended__topup__1($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on TopupOption {
    label description minimum step unitPrice { amount currencyCode } asOf
  } }
}`;
const HISTORY = `query TopupOrders($first: Int!) { topupOrders(first: $first) {
  edges { cursor node {
    id number status total { amount currencyCode } createdAt paidInvoiceNumber
    lines { id kind code label quantity credits unitPrice { amount currencyCode } amount { amount currencyCode } }
  } }
  pageInfo { endCursor hasNextPage } totalCount
} }`;

const REFERENCES = 50;
const ORDERS = 100;
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

interface Option {
  code: string;
  unitPrice: { amount: string } | null;
}

function assert(holds: boolean, what: string): void {
  if (!holds) throw new Error(`the answer does not hold ${what}`);
}

function assertOptions(options: readonly Option[] | null | undefined): void {
  assert(JSON.stringify(options?.map(({ code }) => code)) === JSON.stringify(CODES), 'the seven options');
  assert(options?.every(({ unitPrice }) => Number(unitPrice?.amount) > 0) === true, 'a price of each');
}

/** One for each of so many organizations, good for longer than the bench takes. */
export function tokensOf({ sandbox, organizations }: Ground, count: number): Promise<string[]> {
  const of = organizations.slice(0, count);
  return Promise.all(of.map((id) => sandbox.auth.token({ organization_id: id, expires_in: TOKEN_SECONDS })));
}

/** Every read that is measured, with a token of whoever asks. */
export async function workloads(ground: Ground): Promise<Workload[]> {
  const { sandbox, organizations } = ground;
  const all = await tokensOf(ground, organizations.length);
  const own = all.slice(0, 1);
  const support = await sandbox.auth.token({ scope: 'topup:support', expires_in: TOKEN_SECONDS });
  const named = organizations.slice(0, REFERENCES).map((id) => ({ __typename: 'Organization', id }));
  const options = Array.from({ length: REFERENCES }, (_, index) => ({
    __typename: 'TopupOption',
    id: `${organizations[Math.floor(index / CODES.length)]}:${CODES[index % CODES.length]}`,
  }));
  const checkPage = ({ topupOptions }: { topupOptions: Option[] }) => assertOptions(topupOptions);
  const list: (Omit<Workload, 'requests'> & { asked: [tokens: string[], query: string, variables?: object] })[] = [
    { name: 'page', title: 'page of one organization', asked: [own, PAGE], check: checkPage },
    { name: 'pages', title: `pages of ${all.length} organizations`, asked: [all, PAGE], check: checkPage },
    {
      name: 'whole-page',
      title: 'whole page, with balances and excess',
      asked: [own, WHOLE_PAGE],
      check({ topupOptions }: { topupOptions: (Option & { excessUsage: unknown; balance: { balance: string } })[] }) {
        assertOptions(topupOptions);
        assert(topupOptions.filter(({ excessUsage }) => excessUsage !== null).length === 3, 'three with excess');
        assert(topupOptions.filter(({ balance }) => Number(balance.balance) > 0).length === 2, 'two with a balance');
      },
    },
    {
      name: 'organizations',
      title: `${REFERENCES} \`_entities\`: organizations, with their options`,
      asked: [[support], ORGANIZATIONS, { representations: named }],
      check({ _entities: found }: { _entities: { topupEligibility: { reasons: [] }; topupOptions: Option[] }[] }) {
        assert(found.length === REFERENCES, `${REFERENCES} organizations`);
        for (const each of found) {
          assertOptions(each.topupOptions);
          assert(each.topupEligibility.reasons.length === 0, 'an organization that may order');
        }
      },
    },
    {
      name: 'options',
      title: `${REFERENCES} \`_entities\`: options`,
      asked: [[support], OPTIONS, { representations: options }],
      check({ _entities: found }: { _entities: (Option | null)[] }) {
        assert(found.length === REFERENCES, `${REFERENCES} options`);
        assert(
          found.every((option) => Number(option?.unitPrice?.amount) > 0),
          'a price of each',
        );
      },
    },
    {
      name: 'history',
      title: `${ORDERS} orders with their lines`,
      asked: [own, HISTORY, { first: ORDERS }],
      check({ topupOrders }: { topupOrders: { edges: { node: { lines: unknown[] } }[] } }) {
        assert(topupOrders.edges.length === ORDERS, `${ORDERS} orders`);
        assert(
          topupOrders.edges.every(({ node }) => node.lines.length === 2),
          'two lines of each',
        );
      },
    },
  ];
  return list.map(({ name, title, asked: [tokens, query, variables = {}], check }) => ({
    name,
    title,
    check,
    requests: tokens.map((token) => ({
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    })),
  }));
}
