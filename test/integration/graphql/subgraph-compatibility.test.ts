import { readFileSync } from 'node:fs';
import { type DirectiveNode, Kind, parse, print, valueFromASTUntyped } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createOrder } from '../../support/app/purchase.ts';
import { factsOf } from '../../support/graphql/sdl.ts';

/**
 * Checks what Apollo's suite for subgraph libraries checks
 * (github.com/apollographql/apollo-federation-subgraph-compatibility), as far as this subgraph uses it: its minimum
 * (`_service`, `@key` with `_entities`, `@link`), the types of the specification, and `@shareable`. There is no
 * @requires, @provides, @external, @override, @inaccessible and @interfaceObject here. Tests
 * of introspection cover federated traces.
 */
const committed = readFileSync(new URL('../../../schema/subgraph.graphql', import.meta.url), 'utf8');
/** A client with this secret may read the schema, whatever the settings. */
const GATEWAY = { 'x-gateway-secret': 'the-gateway-has-this-and-nobody-else' };

let app: TestApp;
/** Another replica of the same database, behind the gateway. */
let guarded: TestApp;
let orderId: string;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  guarded = await startApp({
    withoutBackground: true,
    shared: app,
    env: { GATEWAY_SECRET: GATEWAY['x-gateway-secret'] },
  });
  orderId = (await createOrder(await app.client(), '1001', { agent_extra: '1' })).id;
});

afterAll(async () => {
  await guarded?.close();
  await app.close();
});

async function ask(query: string, variables = {}) {
  const { data, errors } = await (await guarded.client()).send(query, variables, GATEWAY);
  expect(errors).toBeUndefined();
  return data;
}

describe('the types of the specification', () => {
  const ofType = (name: string) =>
    ask(
      `{ __type(name: "${name}") { kind possibleTypes { name } fields { name type { kind name ofType { kind name } } } } }`,
    );

  // The specification has String!. Apollo's own library declares it nullable; it never answers null.
  test('_Service has the SDL as a string', async () => {
    const { __type } = await ofType('_Service');
    expect(__type.kind).toBe('OBJECT');
    expect(__type.fields).toHaveLength(1);
    const [{ name, type }] = __type.fields;
    expect({ name, of: type.ofType?.name ?? type.name }).toEqual({ name: 'sdl', of: 'String' });
  });

  test('_Entity is the union of all types with a key', async () => {
    const { __type } = await ofType('_Entity');
    expect(__type.kind).toBe('UNION');
    expect(__type.possibleTypes.map(({ name }: { name: string }) => name).toSorted()).toEqual([
      'Organization',
      'TopupOption',
      'TopupOrder',
    ]);
  });

  test('_Any is a scalar', async () => {
    expect((await ofType('_Any')).__type.kind).toBe('SCALAR');
  });

  test('the root has _service and _entities with their types', async () => {
    const { __type } = await ask(
      '{ __type(name: "Query") { fields { name args { name type { ...T } } type { ...T } } } } fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }',
    );
    const fields = new Map(__type.fields.map((field: { name: string }) => [field.name, field]));
    const nonNull = (ofType: object) => ({ kind: 'NON_NULL', ofType });
    expect(fields.get('_service')).toMatchObject({ args: [], type: nonNull({ name: '_Service' }) });
    expect(fields.get('_entities')).toMatchObject({
      args: [
        { name: 'representations', type: nonNull({ kind: 'LIST', ofType: nonNull({ kind: 'SCALAR', name: '_Any' }) }) },
      ],
      type: nonNull({ kind: 'LIST', ofType: { kind: 'UNION', name: '_Entity' } }),
    });
  });
});

describe('_service', () => {
  test('answers the committed SDL byte for byte', async () => {
    const { sdl } = (await ask('{ _service { sdl } }'))._service;
    expect(sdl).toBe(committed);
    const served = new Set(factsOf(sdl));
    expect(served).toContain('Organization @key(fields: "id")');
    expect(served).toContain('Money @shareable');
  });
});

describe('@link', () => {
  const directives = parse(committed)
    .definitions.flatMap((node): readonly DirectiveNode[] =>
      node.kind === Kind.SCHEMA_EXTENSION || node.kind === Kind.SCHEMA_DEFINITION ? (node.directives ?? []) : [],
    )
    .filter((node) => node.name.value === 'link' && print(node).includes('/federation/'));
  const argument = (name: string) => {
    const value = directives[0]?.arguments?.find((each) => each.name.value === name)?.value;
    return value && valueFromASTUntyped(value);
  };

  test('names one version of the federation’s specification, once', () => {
    expect(directives.length).toBe(1);
    expect(argument('url')).toMatch(/^https:\/\/specs\.apollo\.dev\/federation\/v2\.\d+$/);
  });

  test('imports exactly the directives of the federation that are in use', () => {
    const own = new Set(['deprecated', 'specifiedBy', 'oneOf', 'link', 'semanticNonNull']);
    const used = new Set(
      [...committed.matchAll(/ @(\w+)/g)].map(([, name = '']) => name).filter((name) => !own.has(name)),
    );
    expect((argument('import') as string[]).toSorted()).toEqual([...used].map((name) => `@${name}`).toSorted());
  });
});

describe('@key', () => {
  test('every entity resolves by its reference, in the order of the request, with its type name', async () => {
    const representations = [
      { __typename: 'TopupOrder', id: orderId },
      { __typename: 'Organization', id: '1001' },
      { __typename: 'TopupOption', id: '1001:muv' },
      { __typename: 'TopupOrder', id: orderId },
    ];
    const keyed = [...committed.matchAll(/^type (\w+) @key\(fields: "id"\)/gm)].map(([, name]) => name);
    expect(new Set(keyed)).toEqual(new Set(representations.map(({ __typename }) => __typename)));
    const { _entities } = await ask(
      `query ($representations: [_Any!]!) { _entities(representations: $representations) {
        __typename ... on Organization { id } ... on TopupOption { id } ... on TopupOrder { id } } }`,
      { representations },
    );
    expect(_entities).toEqual(representations);
  });

  test('a reference without an entity is null in its place, and leaves the others alone', async () => {
    const representations = [
      { __typename: 'TopupOrder', id: '00000000-0000-4000-8000-000000000000' },
      { __typename: 'TopupOption', id: '1001:muv' },
      { __typename: 'TopupOption', id: '1001:nothing' },
    ];
    const { _entities } = await ask(
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on TopupOption { code } } }',
      { representations },
    );
    expect(_entities).toEqual([null, { code: 'muv' }, null]);
  });

  test('a reference may ask for fields with arguments, aliases and fragments', async () => {
    const { mine } = await ask(`
      { mine: _entities(representations: [{ __typename: "Organization", id: "1001" }]) { ...Orders } }
      fragment Orders on Organization { newest: topupOrders(first: 1) { edges { node { id } } } }`);
    expect(mine).toEqual([{ newest: { edges: [{ node: { id: orderId } }] } }]);
  });
});

test('@shareable types resolve like any other', async () => {
  const shareable = [...committed.matchAll(/^type (\w+) @shareable/gm)].map(([, name]) => name);
  expect(shareable.toSorted()).toEqual(['Money', 'PageInfo']);
  const { topupOrders } = await ask(
    '{ topupOrders { pageInfo { __typename hasNextPage } edges { node { total { __typename currencyCode } } } } }',
  );
  expect(topupOrders).toEqual({
    pageInfo: { __typename: 'PageInfo', hasNextPage: false },
    edges: [{ node: { total: { __typename: 'Money', currencyCode: 'IDR' } } }],
  });
});
