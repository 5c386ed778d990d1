import { generate } from '@graphql-codegen/cli';
import { expect, test } from 'vitest';
import { config, documents, schema } from '../../../packages/client/src/codegen.ts';

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
