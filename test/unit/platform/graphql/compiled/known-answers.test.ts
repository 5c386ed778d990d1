import { buildSchema, type OperationDefinitionNode, parse } from 'graphql';
import { expect, test } from 'vitest';
import { CompiledDocuments } from '../../../../../src/platform/graphql/compiled/compiled-documents.ts';
import { KnownData, writeAnswer } from '../../../../../src/platform/graphql/compiled/known-answers.ts';

interface Item {
  id: string;
  readonly parts: readonly { name: string }[];
}

/** A list whose members count how often they were read. */
function items(ids: readonly string[]) {
  const counted = { reads: 0 };
  const list = ids.map((id) => ({
    parts: [{ name: `${id} "part"` }],
    get id() {
      counted.reads += 1;
      return id;
    },
  }));
  return { list: Object.freeze(list) as readonly Item[], counted };
}

function start(give: (context: { who?: string }) => unknown) {
  const schema = buildSchema(`
    type Query { items(of: ID): [Item!] other: String }
    type Item { id: ID! parts: [Part!]! size: Int }
    type Part { name: String! }
  `);
  const { items: field } = schema.getQueryType()?.getFields() ?? {};
  const size = Object(schema.getType('Item')).getFields().size;
  if (field === undefined) throw new Error('there is no field');
  field.resolve = (_source, _args, context) => give(context);
  size.resolve = (_source: unknown, _args: unknown, { who }: { who?: string }) => who?.length;
  return new CompiledDocuments(
    () => schema,
    (error) => {
      throw error;
    },
  );
}

function asker(documents: CompiledDocuments, query: string) {
  const document = parse(query);
  const [operation] = document.definitions as OperationDefinitionNode[];
  if (operation === undefined) throw new Error('there is no operation');
  const ask = (context = {}) => documents.data({ document, operation, variables: {}, context });
  return async (context?: object) => {
    // Until it is compiled, and once more: what is known is known from the second answer on.
    for (let time = 0; time < 25; time += 1) await ask();
    const data = await ask(context);
    return { data, text: writeAnswer({ data }) };
  };
}

const ITEMS = '{ items { __typename id parts { name } } }';
const text = (ids: readonly string[]) =>
  `${JSON.stringify({ data: { items: ids.map((id) => ({ __typename: 'Item', id, parts: [{ name: `${id} "part"` }] })) } })}\n`;

test('the same frozen list is read once, and answered with the same text', async () => {
  const { list, counted } = items(['1', '2']);
  const ask = asker(
    start(() => list),
    ITEMS,
  );
  const { data, text: answered } = await ask();
  expect(answered).toBe(text(['1', '2']));
  expect(data).toBeInstanceOf(KnownData);
  expect(counted.reads).toBe(2);
  // For whoever takes it for data.
  expect(JSON.stringify({ data })).toBe(text(['1', '2']).trim());
});

test('another list, however alike, is read for itself: what has changed is seen at once', async () => {
  let { list } = items(['1']);
  const ask = asker(
    start(async () => list),
    ITEMS,
  );
  expect((await ask()).text).toBe(text(['1']));
  ({ list } = items(['1', '3']));
  expect((await ask()).text).toBe(text(['1', '3']));
});

test('each operation has its own text of a list', async () => {
  const { list } = items(['1']);
  const documents = start(() => list);
  expect((await asker(documents, ITEMS)()).text).toBe(text(['1']));
  expect((await asker(documents, '{ mine: items { id } }')()).text).toBe('{"data":{"mine":[{"id":"1"}]}}\n');
});

test('the field itself is asked every time: who may not have the list gets no text of it', async () => {
  const { list } = items(['1']);
  const ask = asker(
    start(({ who }) => {
      if (who === 'nobody') throw new Error('not for you');
      return list;
    }),
    ITEMS,
  );
  expect((await ask({ who: 'admin' })).text).toBe(text(['1']));
  expect((await ask({ who: 'nobody' })).data).toBeUndefined();
});

test.each([
  ['a list that is not frozen', '{ items { id } }', () => [{ id: '1', parts: [] }]],
  ['a field that has to be asked', '{ items { id size } }', () => items(['1']).list],
  ['one in a fragment', '{ items { ...Sized } } fragment Sized on Item { size }', () => items(['1']).list],
  ['two fields at the root', '{ items { id } other }', () => items(['1']).list],
])('is answered anew each time: %s', async (_name, query, give) => {
  const { data } = await asker(start(give), query)();
  expect(data).toBeDefined();
  expect(data).not.toBeInstanceOf(KnownData);
});
