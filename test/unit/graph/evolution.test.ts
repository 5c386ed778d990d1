import { globSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { faultsOfEvolution } from '../../../scripts/evolution/evolution.ts';
import { apiOf } from '../../../scripts/schema-files.ts';
import { factsOf } from '../../support/graphql/sdl.ts';

const root = new URL('../../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');
const newest = /^## \[(\d+\.\d+\.\d+)\]/m.exec(read('CHANGELOG.md'))?.[1];
const released = read(`schema/released/${newest}.graphql`);
const committed = read('schema/subgraph.graphql');
const api = (sdl: string) => buildSchema(apiOf({ name: 'self-topup', url: 'http://self-topup.internal/graphql', sdl }));
const today = new Date().toISOString().slice(0, 10);

describe('since the last release', () => {
  test('nothing breaks a client, and each dangerous change has a line in schema/CHANGELOG.md', async () => {
    const changelog = read('schema/CHANGELOG.md');
    expect(await faultsOfEvolution({ released: api(released), current: api(committed), changelog, today })).toEqual([]);
  });

  test('each key, shareable type and scope is as it was', () => {
    const rules = (sdl: string) =>
      factsOf(sdl)
        .filter((fact) => / @(key|shareable|authenticated|requiresScopes)\b/.test(fact))
        .toSorted();
    const paths = new Set(factsOf(released).map((fact) => fact.split(/[ :(]/)[0]));
    expect(rules(released).length).toBeGreaterThan(20);
    expect(rules(committed).filter((fact) => paths.has(fact.split(' ')[0]))).toEqual(rules(released));
  });
});

describe('recorded operations', () => {
  const files = globSync(['schema/operations/*.graphql', 'test/operations/*.graphql'], { cwd: root });
  const schema = buildSubgraphSchema([{ typeDefs: parse(committed) }]);

  test('there are those of the example page, of generated clients and of the tests', () => {
    expect(files.length).toBeGreaterThanOrEqual(6);
  });

  test.each(files.filter((file) => file.startsWith('schema/')))('%s is valid today', (file) => {
    expect(validate(schema, parse(read(file))).map(({ message }) => message)).toEqual([]);
  });

  test('the documents of the tests are valid today', () => {
    const texts = files.filter((file) => file.startsWith('test/')).map(read);
    expect(validate(schema, parse(texts.join('\n'))).map(({ message }) => message)).toEqual([]);
  });

  test('an operation whose field is gone is found', () => {
    const without = buildSubgraphSchema([
      { typeDefs: parse(committed.replace('  number: String!', '  serial: String!')) },
    ]);
    const [fault] = validate(without, parse(read('schema/operations/relay.graphql')));
    expect(fault?.message).toContain('Cannot query field "number" on type "TopupOrder"');
  });
});

describe('changes', () => {
  const before = `type Query { order: Order kept(size: Int = 20): Int }
    type Order { id: ID! cause: String @deprecated(reason: "Use kind. Removed after 2027-05-31.") }
    enum Code { A }`;
  const faults = (current: string, changelog = '', day = '2027-06-01') =>
    faultsOfEvolution({ released: buildSchema(before), current: buildSchema(current), changelog, today: day });

  test.each([
    ['a field that is gone', before.replace('id: ID! ', ''), "Field 'id' was removed from object type 'Order'"],
    [
      'a type that may be null now',
      before.replace('id: ID!', 'id: ID'),
      "Field 'Order.id' changed type from 'ID!' to 'ID'",
    ],
    [
      'a new argument that is required',
      before.replace('order: Order', 'order(id: ID!): Order'),
      "Argument 'id: ID!' added to field 'Query.order'",
    ],
    ['a value that is gone', before.replace('{ A }', '{ B }'), "Enum value 'A' was removed from enum 'Code'"],
  ])('%s breaks clients', async (_what, current, message) => {
    expect((await faults(current)).filter((fault) => fault.startsWith('This breaks clients'))).toEqual([
      `This breaks clients: ${message}. Keep it, and deprecate it first.`,
    ]);
  });

  test.each([
    ['a new value', before.replace('{ A }', '{ A B }'), 'Code.B'],
    ['another default', before.replace('= 20', '= 10'), 'Query.kept.size'],
  ])('%s needs a line in the changelog', async (_what, current, path) => {
    expect(await faults(current)).toEqual([expect.stringContaining(`needs a line that names \`${path}\``)]);
    expect(await faults(current, `- \`${path}\` is new.`)).toEqual([]);
  });

  test('a deprecated field may go after its day, with a line, and not before', async () => {
    const current = before.replace(/ cause: .*(?= \})/, '');
    expect(await faults(current, '', '2027-05-31')).toEqual([expect.stringContaining('This breaks clients')]);
    expect(await faults(current)).toEqual([expect.stringContaining('needs a line that names `Order.cause`')]);
    expect(await faults(current, '- `Order.cause` is gone.')).toEqual([]);
  });

  test('a deprecation has a date', async () => {
    expect(await faults(before.replace(' Removed after 2027-05-31.', ''))).toContain(
      'The deprecation of Order.cause must end with "Removed after YYYY-MM-DD."',
    );
  });

  test('a new field is free', async () => {
    expect(await faults(before.replace('id: ID!', 'id: ID! number: String!'))).toEqual([]);
  });
});
