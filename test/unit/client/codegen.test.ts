import { generate } from '@graphql-codegen/cli';
import { expect, test } from 'vitest';
import { config, documents, schema } from '../../../packages/client/src/codegen.ts';
import { preset } from '../../../packages/client/src/codegen-preset.ts';

async function generated(own: string): Promise<string> {
  const generates = { 'shop.ts': { plugins: ['typescript-operations', 'typed-document-node'], config } };
  const [file] = await generate({ schema, documents: [own, documents], generates, silent: true }, false);
  return file?.content ?? '';
}

test("a code generator types money and times by the package's options, also through its fragments", async () => {
  const types = await generated(
    'query Totals($id: ID!) { topupOrder(id: $id) { total { ...TopupMoneyFields } quoteExpiresAt } }',
  );
  expect(types).toContain('{ quoteExpiresAt: string, total: { amount: string, currencyCode: CurrencyCode } }');
  expect(types).toContain('expectedTotal: string;');
});

/** The types that the client preset writes. */
async function presetTypes(own: string, options: object = {}): Promise<string> {
  const generates = { 'gql/': { preset, ...options } };
  const files: { filename: string; content: string }[] = await generate(
    { schema, documents: [own, documents], generates, silent: true },
    false,
  );
  return files.find(({ filename }) => filename === 'gql/graphql.ts')?.content ?? '';
}

test('the client preset types them so by itself, and masks fragments as it does', async () => {
  const types = await presetTypes(
    'query Totals($id: ID!) { topupOrder(id: $id) { total { ...TopupMoneyFields } quoteExpiresAt } }',
  );
  expect(types.includes('topupOrder: { quoteExpiresAt: string, total: {')).toBe(true);
  expect(types.includes('{ amount: string, currencyCode: CurrencyCode }')).toBe(true);
  expect(types.includes("' $fragmentRefs'?: { 'TopupMoneyFieldsFragment': TopupMoneyFieldsFragment }")).toBe(true);
});

test("a project's own options win over the preset's, scalar by scalar", async () => {
  const options = { config: { scalars: { DateTime: 'Date' } } };
  const types = await presetTypes(
    'query Own($id: ID!) { topupOrder(id: $id) { total { amount } quoteExpiresAt } }',
    options,
  );
  expect(types.includes('topupOrder: { quoteExpiresAt: Date, total: { amount: string } }')).toBe(true);
});
