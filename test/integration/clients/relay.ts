import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { relaySchema } from '../../../packages/client/src/codegen.ts';
import { type Buyer, headersOf, type OrderFacts, required, type Shop } from '../../support/clients/buyer.ts';

const require = createRequire(import.meta.url);
// Neither has types of its own.
const compiler: string = require('relay-compiler');
const {
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getSingularSelector,
  Network,
  RecordSource,
  Store,
} = require('relay-runtime');

/** A page as Relay's users write it: a fragment with a connection, which Relay reads again by fetch__Organization. */
const SHOP = `
const {graphql} = require('relay-runtime');
const ORDERS = graphql\`
  fragment shop_orders on Organization
  @argumentDefinitions(count: { type: "Int", defaultValue: 1 }, cursor: { type: "String" })
  @refetchable(queryName: "shopPageQuery") {
    topupOrders(first: $count, after: $cursor) @connection(key: "shop_topupOrders") { edges { node { number } } }
  }\`;
const SHOP = graphql\`query shopQuery { topupOrganization { id quotaBalances { id code balance } ...shop_orders } }\`;
const READ = graphql\`query shopOrderQuery($id: ID!) { topupOrder(id: $id) { id number status total { amount } } }\`;
const CREATE = graphql\`mutation shopCreateMutation($input: CreateTopupOrderInput!) {
  createTopupOrder(input: $input) { order { id number status total { amount } } userErrors { code } }
}\`;
const CONFIRM = graphql\`mutation shopConfirmMutation($input: ConfirmOrderInput!) {
  confirmOrder(input: $input) { order { id number status total { amount } } userErrors { code } }
}\`;
`;

/** Compiles the page with Relay's compiler and the package's schema. Returns a reader of its artifacts, and the directory. */
async function compilePage() {
  const directory = await mkdtemp(join(tmpdir(), 'self-topup-relay-'));
  const artifacts = join(directory, 'artifacts');
  for (const name of ['src', 'artifacts']) await mkdir(join(directory, name));
  const config = {
    src: './src',
    schema: './schema.graphql',
    language: 'javascript',
    artifactDirectory: './artifacts',
    eagerEsModules: false,
  };
  await Promise.all([
    writeFile(join(directory, 'relay.config.json'), JSON.stringify(config)),
    writeFile(join(directory, 'package.json'), '{"type": "commonjs"}'),
    writeFile(join(directory, 'src', 'shop.js'), SHOP),
    copyFile(relaySchema, join(directory, 'schema.graphql')),
  ]);
  await promisify(execFile)(compiler, ['relay.config.json'], { cwd: directory });
  return { directory, artifact: (name: string) => require(join(artifacts, `${name}.graphql.js`)) };
}

/** Relay's compiler and runtime, without React. */
export async function startRelay(shop: Shop): Promise<Buyer> {
  const { directory, artifact } = await compilePage();
  const network = Network.create(async ({ text }: { text: string }, variables: object) => {
    const response = await fetch(shop.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headersOf(shop) },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  });
  const environment = new Environment({ network, store: new Store(new RecordSource()) });

  const query = (name: string, variables: object) => {
    environment.retain(createOperationDescriptor(artifact(name), variables));
    return fetchQuery(environment, artifact(name), variables, { fetchPolicy: 'network-only' }).toPromise();
  };
  const mutate = (name: string, input: object) =>
    new Promise<Record<string, { order: OrderFacts | null; userErrors: { code: never }[] }>>((resolve, reject) => {
      const mutation = artifact(name);
      commitMutation(environment, { mutation, variables: { input }, onCompleted: resolve, onError: reject });
    });

  return {
    async balance(code) {
      const { topupOrganization } = await query('shopQuery', {});
      return topupOrganization.quotaBalances.find((quota: { code: string }) => quota.code === code)?.balance;
    },
    async create(input) {
      const { createTopupOrder } = await mutate('shopCreateMutation', input);
      return createTopupOrder?.order ?? required(createTopupOrder, 'payload').userErrors.map(({ code }) => code);
    },
    async confirm({ id, total }, idempotencyKey) {
      const input = { orderId: id, expectedTotal: total.amount, idempotencyKey };
      return required((await mutate('shopConfirmMutation', input))['confirmOrder']?.order, 'confirmed order');
    },
    read: async (id) => required((await query('shopOrderQuery', { id })).topupOrder, 'order'),
    async numbers() {
      const { topupOrganization } = await query('shopQuery', {});
      const selector = getSingularSelector(artifact('shop_orders'), topupOrganization);
      const connection = () => environment.lookup(selector).data.topupOrders;
      while (connection().pageInfo.hasNextPage) {
        const cursor = connection().pageInfo.endCursor;
        await query('shopPageQuery', { id: topupOrganization.id, count: 1, cursor });
      }
      return connection().edges.map(({ node }: { node: { number: string } }) => node.number);
    },
    refusal: () =>
      query('shopQuery', {}).catch((error: { source?: { errors: { extensions: { code: string } }[] } }) => {
        if (error.source === undefined) throw error;
        return error.source.errors[0]?.extensions.code;
      }),
    stop: () => rm(directory, { recursive: true }),
  };
}
