import { readFileSync } from 'node:fs';
import { graphql, Kind, parse, print, visit } from 'graphql';
import { expect, test } from 'vitest';
import { schemaFiles } from '../../../scripts/schema-files.ts';
import { buildGraph } from '../../../src/app/graph.ts';
import type { Services } from '../../../src/app/services.ts';
import { factsOf, requiredInputsOf, undescribedIn } from '../../support/graphql/sdl.ts';

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
const contract = read('contract.graphql');
const committed = read('../../../schema/subgraph.graphql');

/** The schema that a gateway gets from the running server. */
async function servedSdl(): Promise<string> {
  const { schema } = buildGraph({} as Services);
  const { data } = await graphql({ schema, source: '{ _service { sdl } }' });
  return (data as { _service: { sdl: string } })._service.sdl;
}

const sources: [string, () => string | Promise<string>][] = [
  ['committed', () => committed],
  ['served', servedSdl],
];

test.each(sources)(
  'the %s schema holds every type, field, argument, default, value and directive of the contract',
  async (_name, sdl) => {
    const facts = new Set(factsOf(await sdl()));
    expect(factsOf(contract).filter((fact) => !facts.has(fact))).toEqual([]);
  },
);

test.each(sources)('the %s schema requires no input that the contract does not know', async (_name, sdl) => {
  const known = new Set(requiredInputsOf(contract));
  expect(requiredInputsOf(await sdl()).filter((path) => !known.has(path))).toEqual([]);
});

test('the contract knows all directives of what it names: scopes, costs, tags and deprecations', () => {
  const known = new Set(factsOf(contract));
  const named = new Set([...known].map((fact) => fact.replace(/^\w+ (?=\w+$)/, '').replace(/[ :(].*/s, '')));
  const unknown = factsOf(committed).filter((fact) => {
    const [path = '', rest = ''] = fact.split(/ (.*)/s);
    return rest.startsWith('@') && named.has(path) && !known.has(fact);
  });
  expect(unknown).toEqual([]);
});

test('a changed fact is detected', () => {
  const facts = new Set(
    factsOf(committed.replaceAll('first: Int = 20', 'first: Int = 10').replace('  IDR\n', '  USD\n')),
  );
  const missing = factsOf(contract).filter((fact) => !facts.has(fact));
  expect(missing).toEqual([
    'Query.topupOrders(first: Int = 20)',
    'Organization.topupOrders(first: Int = 20)',
    'Organization.quotaLedger(first: Int = 20)',
    'CurrencyCode.IDR',
  ]);
});

test('the subgraph contributes to Organization by exactly the key "id", and owns nothing else of it', () => {
  const ofOrganization = factsOf(committed).filter((fact) => fact.startsWith('Organization '));
  expect(ofOrganization).toEqual(['Organization @key(fields: "id")']);
  expect(committed).not.toMatch(/@external|resolvable/);
});

test('the subgraph is linked to federation 2.9', () => {
  expect(committed).toContain('@link(url: "https://specs.apollo.dev/federation/v2.9"');
});

test('the roots have no node field, which belongs to the supergraph', () => {
  expect(factsOf(committed).filter((fact) => fact.startsWith('Query.node'))).toEqual([]);
});

test('root fields and fields contributed to Organization are nullable', () => {
  const contributed = /^(Query|Mutation|Organization)\.\w+: .*!$/;
  expect(factsOf(committed).filter((fact) => contributed.test(fact))).toEqual(['Organization.id: ID!']);
});

test('everything has a description', () => {
  expect(undescribedIn(committed)).toEqual([]);
});

// Grafbase's composer panics on a block description of five characters or fewer.
test('every description has more than five characters', () => {
  const blocks: string[] = [];
  visit(parse(committed), { StringValue: ({ block, value }) => void (block && blocks.push(value)) });
  expect(blocks.length).toBeGreaterThan(100);
  expect(blocks.filter((text) => text.length <= 5)).toEqual([]);
});

// Every composer composes it, and each of them refuses faults that others accept.
test('the served text is the published file, byte for byte', async () => {
  expect(await servedSdl()).toBe(committed);
});

test.each(Object.keys(schemaFiles()))('schema/%s is what the code emits', (file) => {
  expect(schemaFiles()[file]).toBe(read(`../../../schema/${file}`));
});

test('every list of objects, or its parent, declares its assumed size', () => {
  const types = parse(committed).definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION);
  const objects = new Set(types.map(({ name }) => name.value));
  const sizedByParent = [...committed.matchAll(/sizedFields: \["(\w+)"\]/g)].map(([, field]) => field);
  const lists = types.flatMap(({ name, fields = [] }) =>
    fields
      .filter(({ type }) => /^\[(\w+)!\]!?$/.test(print(type)) && objects.has(print(type).replace(/\W/g, '')))
      .map((field) => ({ path: `${name.value}.${field.name.value}`, field })),
  );
  const unsized = lists.filter(
    ({ field }) =>
      !field.directives?.some((directive) => directive.name.value === 'listSize') &&
      !sizedByParent.includes(field.name.value),
  );
  expect(lists.length).toBeGreaterThan(10);
  expect(unsized.map(({ path }) => path)).toEqual([]);
});
