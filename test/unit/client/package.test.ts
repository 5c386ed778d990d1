import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type DocumentNode,
  isAbstractType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { possibleTypes, typePolicies } from '../../../packages/client/src/apollo.ts';
import { config, schema as schemaPath } from '../../../packages/client/src/codegen.ts';
import * as client from '../../../packages/client/src/index.ts';
import { keys } from '../../../packages/client/src/urql.ts';
import { clientFiles } from '../../../scripts/client-files.ts';

const root = new URL('../../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');
const schema = buildSchema(readFileSync(schemaPath, 'utf8'));
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
const roots = ['Query', 'Mutation', 'Subscription'];
const objects = types.filter(isObjectType).filter(({ name }) => !roots.includes(name));
const hasId = (type: (typeof objects)[number]) => 'id' in type.getFields();

describe('the schema', () => {
  test.each(Object.keys(clientFiles()))('%s is what the code emits', (file) => {
    expect(read(file)).toBe(clientFiles()[file]);
  });

  test('is our part of the API alone: no stub of another subgraph, and no machinery of federation', () => {
    expect(read('packages/client/schema.graphql')).not.toMatch(
      /organizations\(|_entities|_service|@key|@requiresScopes/,
    );
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toContain('topupOrganization');
    const organization = objects.find(({ name }) => name === 'Organization');
    expect(Object.keys(organization?.getFields() ?? {})).not.toContain('name');
  });

  test('marks for Relay the type that has a root field to read it again', () => {
    const relay = read('packages/client/schema.relay.graphql');
    expect(relay.match(/^type \w+ @fetchable.*$/gm)).toEqual(['type Organization @fetchable(field_name: "id") {']);
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toContain('fetch__Organization');
  });
});

describe('the documents', () => {
  const documents = Object.entries(client).filter(([name]) => name.endsWith('Document'));

  test('are all operations of a purchase, and valid', () => {
    expect(documents.map(([name]) => name).toSorted()).toEqual([
      'ApproveTopupOrderDocument',
      'CancelTopupOrderDocument',
      'CheckTopupPaymentDocument',
      'ConfirmOrderDocument',
      'CreateTopupOrderDocument',
      'HiddenTopupOptionsDocument',
      'PaymentExceptionsDocument',
      'QuotaLedgerDocument',
      'RejectTopupOrderDocument',
      'SubmitTopupOrderDocument',
      'TopupOrderByNumberDocument',
      'TopupOrderChangedDocument',
      'TopupOrderDocument',
      'TopupOrdersDocument',
      'TopupPageDocument',
      'WaitForTopupOrderDocument',
    ]);
    for (const [, document] of documents) expect(validate(schema, document as DocumentNode)).toEqual([]);
  });

  test('have names of fragments that no other package has by chance', () => {
    const names = Object.keys(client).filter((name) => name.endsWith('FragmentDoc'));
    expect(names.length).toBe(15);
    expect(names.filter((name) => !/^(Topup|ExcessUsage|QuotaBalance)/.test(name))).toEqual([]);
  });
});

describe('cache keys', () => {
  test('Graphcache is told of each type without an id, and of no other', () => {
    const without = objects.filter((type) => !hasId(type)).map(({ name }) => name);
    expect(Object.keys(keys).toSorted()).toEqual(without.toSorted());
  });

  test('Apollo Client is told of types and fields that exist', () => {
    for (const [name, policy] of Object.entries(typePolicies)) {
      const type = schema.getType(name);
      const fields = isObjectType(type) ? Object.keys(type.getFields()) : [];
      expect({ name, unknown: Object.keys(policy.fields ?? {}).filter((field) => !fields.includes(field)) }).toEqual({
        name,
        unknown: [],
      });
      expect({ name, isObject: isObjectType(type) }).toEqual({ name, isObject: true });
    }
  });

  test('no type with an id is a part of its parent', () => {
    const parts = Object.entries(typePolicies).filter(([, { keyFields }]) => keyFields === false);
    const identified = new Set(objects.filter(hasId).map(({ name }) => name));
    expect(parts.length).toBeGreaterThan(5);
    expect(parts.map(([name]) => name).filter((name) => identified.has(name))).toEqual([]);
  });

  test('possibleTypes has each interface and union', () => {
    expect(Object.keys(possibleTypes)).toEqual(types.filter(isAbstractType).map(({ name }) => name));
  });
});

describe('names', () => {
  test('each scalar of the API has a type on the wire', () => {
    const own = types.filter(isScalarType).filter((type) => !isSpecifiedScalarType(type));
    expect(Object.keys(config.scalars).toSorted()).toEqual(['ID', ...own.map(({ name }) => name)].toSorted());
  });

  test('the codes of top-level errors are those of docs/errors.md', () => {
    const section = read('docs/errors.md').split('## 2. Top-level errors')[1]?.split('### ')[0] ?? '';
    const documented = [...section.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code);
    expect(documented.length).toBeGreaterThan(5);
    expect([...client.TOP_LEVEL_ERROR_CODES]).toEqual(documented);
  });
});

describe('user errors', () => {
  const refusal: client.UserError = {
    code: 'TOTAL_MISMATCH',
    message: 'The total is another.',
    field: null,
    suggestedQuantity: null,
    retryable: false,
    order: null,
  };

  test('are found in the data of any mutation', () => {
    expect(client.userErrorsOf({ confirmOrder: { order: null, userErrors: [refusal] } })).toEqual([refusal]);
    expect(client.userErrorWith({ confirmOrder: { userErrors: [refusal] } }, 'TOTAL_MISMATCH')).toBe(refusal);
    expect(client.userErrorWith({ confirmOrder: { userErrors: [refusal] } }, 'PRICE_CHANGED')).toBeUndefined();
  });

  test.each([[undefined], [null], [{ confirmOrder: null }], [{ topupOrder: { id: '1' } }], [{ a: { userErrors: 1 } }]])(
    'there are none in %j',
    (data) => {
      expect(client.userErrorsOf(data)).toEqual([]);
    },
  );
});
