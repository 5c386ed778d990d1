import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, vi } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { scalars, type TopupErrorCode } from '../../../packages/client/src/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { type Buyer, headersOf, type OrderFacts, required, type Shop } from '../../support/clients/buyer.ts';
import { purchaseThrough } from '../../support/clients/purchase.ts';
import { install, type Project } from './installed.ts';

// npm asks the registry, and another test file may pack first.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

// Some of Houdini's programs for other platforms are in no registry, so that `npm ci` refuses it among this repository's tools.
const BESIDE = ['houdini@2.0.9', `vite@${manifest.devDependencies.vite}`, `graphql@${manifest.dependencies.graphql}`];

/** As the package's README configures it: Houdini reads a fragment's next page through topupOrganization. */
const configOf = (url: string) => `export default {
  url: '${url}',
  schemaPath: './node_modules/self-topup-client/schema.graphql',
  include: ['src/**/*.gql'],
  plugins: {},
  scalars: ${JSON.stringify(Object.fromEntries(Object.entries(scalars).map(([name, type]) => [name, { type }])))},
  types: {
    Organization: { keys: ['id'], resolve: { queryField: 'topupOrganization', arguments: ({ id }) => ({ id }) } },
  },
};`;

const ORDER = 'id number status total { amount }';
const DOCUMENTS = {
  Orders: `fragment Orders on Organization {
    topupOrders(first: 1) @paginate { edges { node { number } } pageInfo { hasNextPage endCursor } }
  }`,
  Shop: 'query Shop { topupOrganization { id quotaBalances { code balance } ...Orders } }',
  Read: `query Read($id: ID!) { topupOrder(id: $id) { ${ORDER} } }`,
  Create: `mutation Create($input: CreateTopupOrderInput!) {
    createTopupOrder(input: $input) { order { ${ORDER} } userErrors { code } }
  }`,
  Confirm: `mutation Confirm($input: ConfirmOrderInput!) {
    confirmOrder(input: $input) { order { ${ORDER} } userErrors { code } }
  }`,
};

/** The program of a shop that has Houdini's client and no framework. `loadNextPage` is what the frameworks' stores call. */
const CLIENT = `
import { cursorHandlers } from 'houdini/runtime';
import { Cache } from 'houdini/runtime/cache';
import Confirm from './.houdini/artifacts/Confirm.ts';
import Create from './.houdini/artifacts/Create.ts';
import Orders from './.houdini/artifacts/Orders_Pagination_Query.ts';
import Read from './.houdini/artifacts/Read.ts';
import Shop from './.houdini/artifacts/Shop.ts';
import { HoudiniClient } from './.houdini/runtime/client.ts';
import { getCurrentConfig } from './.houdini/runtime/config.ts';

const artifacts = { Confirm, Create, Read, Shop };

export function connect(headers) {
  const client = new HoudiniClient({ fetchParams: () => ({ headers }), cache: new Cache(getCurrentConfig()) });
  return {
    send: (name, variables) => client.observe({ artifact: artifacts[name] }).send({ variables, policy: 'NetworkOnly' }),
    async everyPage(id) {
      const store = client.observe({ artifact: Orders });
      const shown = () => store.state.data.topupOrganization;
      const { loadNextPage } = cursorHandlers({
        artifact: Orders,
        fetch: (args) => store.send(args),
        fetchUpdate: (args, applyUpdates) =>
          store.send({ ...args, cacheParams: { ...args.cacheParams, disableSubscriptions: true, applyUpdates } }),
        getState: shown,
        getVariables: () => store.state.variables,
        getSession: async () => ({}),
      });
      await store.send({ variables: { id, first: 1 }, policy: 'NetworkOnly' });
      while (shown().topupOrders.pageInfo.hasNextPage) await loadNextPage();
      return shown().topupOrders.edges.map(({ node }) => node.number);
    },
  };
}
`;

interface Payload {
  order: OrderFacts | null;
  userErrors: { code: TopupErrorCode }[];
}

/** The root fields of the documents. Each answer has one of them. */
interface Data {
  topupOrganization: { id: string; quotaBalances: { code: string; balance: string }[] };
  topupOrder: OrderFacts;
  createTopupOrder: Payload;
  confirmOrder: Payload;
}

interface Connection {
  send(
    name: string,
    variables: object,
  ): Promise<{ data: Data | null; errors: { extensions: { code: string } }[] | null }>;
  everyPage(organizationId: string): Promise<string[]>;
}

/**
 * Generates with Houdini's compiler, and bundles its client with what it generated, as Vite does for a browser: without a window
 * Houdini keeps no cache, and a next page has nothing to be added to.
 */
async function build({ directory, write, node }: Project, url: string): Promise<(headers: object) => Connection> {
  await mkdir(join(directory, 'src'));
  await write('houdini.config.js', configOf(url));
  for (const [name, text] of Object.entries(DOCUMENTS)) await write(`src/${name}.gql`, text);
  await node('node_modules/houdini/build/cmd/index.js', ['generate']);
  await write('client.ts', CLIENT);
  const file = join(directory, 'client.bundle.js');
  const bundle = await rolldown({
    input: join(directory, 'client.ts'),
    platform: 'browser',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    transform: { define: { 'globalThis.window': 'globalThis' } },
  });
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
  const { connect } = await import(pathToFileURL(file).href);
  return connect;
}

function startHoudini(shop: Shop): Buyer {
  const { send, everyPage } = connect(headersOf(shop));
  const answer = async (name: string, variables: object) =>
    required((await send(name, variables)).data, `answer to ${name}`);
  const page = async () => (await answer('Shop', {})).topupOrganization;
  return {
    balance: async (code) => (await page()).quotaBalances.find((quota) => quota.code === code)?.balance,
    async create(input) {
      const { order, userErrors } = (await answer('Create', { input })).createTopupOrder;
      return order ?? userErrors.map(({ code }) => code);
    },
    async confirm({ id, total }, idempotencyKey) {
      const input = { orderId: id, expectedTotal: total.amount, idempotencyKey };
      return required((await answer('Confirm', { input })).confirmOrder.order, 'confirmed order');
    },
    read: async (id) => (await answer('Read', { id })).topupOrder,
    numbers: async () => everyPage((await page()).id),
    refusal: async () => (await send('Shop', {})).errors?.[0]?.extensions.code,
  };
}

let app: TestApp;
let project: Project;
let connect: (headers: object) => Connection;

beforeAll(async () => {
  [app, project] = await Promise.all([startApp(), install(['client'], BESIDE)]);
  connect = await build(project, `${app.url}/graphql`);
});
afterAll(async () => {
  await project?.remove();
  await app?.close();
});

purchaseThrough('Houdini', startHoudini, () => app);
