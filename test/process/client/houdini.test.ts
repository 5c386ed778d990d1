import { mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { scalars } from '../../../packages/client/src/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { type Buyer, headersOf, numbersOf, type OrderFacts, required, type Shop } from '../../support/clients/buyer.ts';
import { purchaseThrough } from '../../support/clients/purchase.ts';
import { install, type Project } from './installed.ts';

// npm asks the registry, and another test file may pack first.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

// Some of Houdini's programs for other platforms are in no registry, so that `npm ci` refuses it among this repository's tools.
const BESIDE = ['houdini@2.0.9', `vite@${manifest.devDependencies.vite}`, `graphql@${manifest.dependencies.graphql}`];

/** As the package's README configures it: Houdini reads a fragment's next page through topupOrganization. */
const CONFIG = `export default {
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

/**
 * Generates with Houdini's compiler. Returns the operations that its client would send, by name. It reads the artifacts, as that client
 * does: on a busy machine the compiler ends before its list of all operations is written.
 */
async function generate({ directory, write, node }: Project): Promise<Map<string, string>> {
  await mkdir(join(directory, 'src'));
  await write('houdini.config.js', CONFIG);
  for (const [name, text] of Object.entries(DOCUMENTS)) await write(`src/${name}.gql`, text);
  await node('node_modules/houdini/build/cmd/index.js', ['generate']);
  const artifacts = join(directory, '.houdini', 'artifacts');
  const files = (await readdir(artifacts)).filter((file) => file.endsWith('.ts'));
  const operations = files.map(async (file) => {
    const [, text = ''] = /"raw": `([^`]*)`/.exec(await readFile(join(artifacts, file), 'utf8')) ?? [];
    return [basename(file, '.ts'), text] as const;
  });
  return new Map(await Promise.all(operations));
}

/** Sends the generated operations: Houdini's own client needs a framework. */
function startHoudini(shop: Shop): Buyer {
  async function send(name: string, variables: object) {
    const response = await fetch(shop.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headersOf(shop) },
      body: JSON.stringify({ query: required(operations.get(name), name), variables }),
    });
    return response.json();
  }
  return {
    async balance(code) {
      const { data } = await send('Shop', {});
      return data.topupOrganization.quotaBalances.find((quota: { code: string }) => quota.code === code)?.balance;
    },
    async create(input) {
      const { order, userErrors } = (await send('Create', { input })).data.createTopupOrder;
      return order ?? userErrors.map(({ code }: { code: string }) => code);
    },
    async confirm({ id, total }, idempotencyKey) {
      const input = { orderId: id, expectedTotal: total.amount, idempotencyKey };
      return required<OrderFacts>((await send('Confirm', { input })).data.confirmOrder.order, 'confirmed order');
    },
    read: async (id) => required<OrderFacts>((await send('Read', { id })).data.topupOrder, 'order'),
    async numbers() {
      const { id } = (await send('Shop', {})).data.topupOrganization;
      return numbersOf(
        async (after) =>
          (await send('Orders_Pagination_Query', { id, first: 1, after })).data.topupOrganization.topupOrders,
      );
    },
    refusal: async () => (await send('Shop', {})).errors[0].extensions.code,
  };
}

let app: TestApp;
let project: Project;
let operations: Map<string, string>;

beforeAll(async () => {
  [app, project] = await Promise.all([startApp(), install(['client'], BESIDE)]);
  operations = await generate(project);
});
afterAll(async () => {
  await project?.remove();
  await app?.close();
});

purchaseThrough('Houdini', startHoudini, () => app);
