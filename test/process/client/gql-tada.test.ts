import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { until } from '../../support/app/purchase.ts';
import { install, type Project } from './installed.ts';

// npm asks the registry, and another test file may pack first.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

// gql.tada's command needs a TypeScript before 7, so that it cannot be among this repository's tools.
const BESIDE = ['gql.tada@1.11.3', 'typescript@5.9.3', `graphql@${manifest.dependencies.graphql}`];

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022', 'dom'],
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: [],
    plugins: [
      {
        name: 'gql.tada/ts-plugin',
        schema: './node_modules/self-topup-client/schema.graphql',
        tadaOutputLocation: './graphql-env.d.ts',
      },
    ],
  },
  include: ['*.ts'],
};

const SHOP = `
import { initGraphQLTada, type ResultOf, type TadaDocumentNode, type VariablesOf } from 'gql.tada';
import { print } from 'graphql';
import type { Scalars } from 'self-topup-client';
import type { introspection } from './graphql-env.d.ts';

const graphql = initGraphQLTada<{ introspection: introspection; scalars: Scalars }>();
const Create = graphql(\`mutation Create($input: CreateTopupOrderInput!) {
  createTopupOrder(input: $input) { order { id number total { amount } } userErrors { code } }
}\`);
const Confirm = graphql(\`mutation Confirm($input: ConfirmOrderInput!) {
  confirmOrder(input: $input) { order { number status } userErrors { code } }
}\`);
const Read = graphql('query Read($id: ID!) { topupOrder(id: $id) { status total { amount } } }');

type Amount = NonNullable<ResultOf<typeof Read>['topupOrder']>['total']['amount'];
export const amount: Amount = '1000000';
// @ts-expect-error An amount is a string of digits.
export const inexact: Amount = 1000000;
// @ts-expect-error The total that the buyer saw is required.
export const blind: VariablesOf<typeof Confirm>['input'] = { orderId: '1', idempotencyKey: 'a' };

declare const process: { argv: string[] };
const [, , url = '', token = '', organization = '', id = ''] = process.argv;

async function send<Result, Variables>(document: TadaDocumentNode<Result, Variables>, variables: Variables): Promise<Result> {
  const headers = { 'content-type': 'application/json', authorization: \`Bearer \${token}\` };
  const body = JSON.stringify({ query: print(document), variables });
  const { data } = await (await fetch(url, { method: 'POST', headers, body })).json();
  return data;
}

if (id !== '') {
  console.log((await send(Read, { id })).topupOrder?.status);
} else {
  const items = [{ optionId: \`\${organization}:wa_balance\`, quantity: '1000000' }];
  const order = (await send(Create, { input: { items, idempotencyKey: 'tada draft' } })).createTopupOrder?.order;
  if (!order) throw new Error('There is no order.');
  const input = { orderId: order.id, expectedTotal: order.total.amount, idempotencyKey: 'tada confirm' };
  const confirmed = (await send(Confirm, { input })).confirmOrder?.order;
  console.log(JSON.stringify({ id: order.id, number: order.number, status: confirmed?.status }));
}
`;

let app: TestApp;
let project: Project;

beforeAll(async () => {
  [app, project] = await Promise.all([startApp(), install(['client'], BESIDE)]);
});
afterAll(async () => {
  await project?.remove();
  await app?.close();
});

test('gql.tada types the purchase by the package, and carries it from the order to the credit', async () => {
  await project.write('tsconfig.json', JSON.stringify(TSCONFIG));
  await project.write('shop.ts', SHOP);
  await project.node('node_modules/gql.tada/bin/cli.js', ['generate-output']);
  expect(await project.node('node_modules/typescript/bin/tsc', ['--project', '.'])).toBe('');

  const organizationId = addOrganization(app.sandbox, '1001');
  const caller = [
    `${app.url}/graphql`,
    await app.sandbox.auth.token({ organization_id: organizationId }),
    organizationId,
  ];
  const order = JSON.parse(await project.node('shop.ts', caller));
  expect(order).toEqual({ id: expect.any(String), number: expect.any(String), status: 'PENDING_PAYMENT' });
  await app.sandbox.mekariPay.pay(order.number);
  const status = await until(
    async () => (await project.node('shop.ts', [...caller, order.id])).trim(),
    (current) => current === 'COMPLETED',
  );
  expect(status).toBe('COMPLETED');
});
