import { setImmediate } from 'node:timers/promises';
import { buildSchema, type GraphQLFieldResolver, isObjectType, type OperationDefinitionNode, parse } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CompiledDocuments } from '../../../../../src/platform/graphql/compiled/compiled-documents.ts';
import { containFailures, runContained } from '../../../../../src/platform/graphql/compiled/contain.ts';

const SDL = `
  scalar Reference
  union Found = Item
  type Query { item: Item slow: String items: [Item] found: Found echo(of: [Reference]): String }
  type Item { name: String part: Item parts: [Item] grid: [[String]] }
`;

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});

afterEach(() => {
  process.off('unhandledRejection', note);
});

/** Node reports a rejection that nobody handles when the microtasks are done. */
async function unhandledByNow(): Promise<unknown[]> {
  await setImmediate();
  await setImmediate();
  return unhandled;
}

type Resolvers = Record<string, GraphQLFieldResolver<unknown, unknown>>;

/** `resolvers` by type and field, such as `Query.item`. */
function schemaOf(resolvers: Resolvers) {
  const schema = buildSchema(SDL);
  for (const [path, resolve] of Object.entries(resolvers)) {
    const [typeName = '', field = ''] = path.split('.');
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`${typeName} is no type`);
    Object.assign(type.getFields()[field] ?? {}, { resolve });
  }
  return schema;
}

function start(resolvers: Resolvers) {
  const failures: string[] = [];
  const documents = new CompiledDocuments({
    buildSchema: () => schemaOf(resolvers),
    onMissing: (error) => failures.push(error.message),
    onFailure: (error) => failures.push((error as Error).message),
    compileAt: 1,
  });
  const ask = (query: string) => {
    const document = parse(query);
    const [operation] = document.definitions as OperationDefinitionNode[];
    if (operation === undefined) throw new Error('there is no operation');
    return documents.data({ text: query, document, operation, variables: {}, context: {} });
  };
  return { ask, failures };
}

/** An object whose member throws when it is read, which only happens in compiled code: graphql-js catches it. */
const throwing = (member: string) => ({
  get [member](): never {
    throw new Error(`reading ${member}`);
  },
});

test('a throw before anything is pending falls back to graphql-js', async () => {
  const { ask, failures } = start({ 'Query.item': () => throwing('name') });
  expect(await ask('{ item { name } }')).toBeUndefined();
  expect(failures).toEqual(['reading name']);
  expect(await unhandledByNow()).toEqual([]);
});

test.each(['resolve', 'reject'] as const)(
  'a throw while another field is pending falls back to graphql-js, and the other then does: %s',
  async (settle) => {
    const slow = Promise.withResolvers<unknown>();
    const { ask, failures } = start({ 'Query.slow': () => slow.promise, 'Query.item': () => throwing('name') });
    expect(await ask('{ slow item { name } }')).toBeUndefined();
    slow[settle](new Error('late'));
    expect(await unhandledByNow()).toEqual([]);
    expect(failures).toEqual(['reading name']);
  },
);

test('a throw after a promise falls back to graphql-js while another field never settles', async () => {
  const { ask, failures } = start({
    'Query.slow': () => Promise.withResolvers<unknown>().promise,
    'Query.item': async () => throwing('name'),
  });
  expect(await ask('{ slow item { name } }')).toBeUndefined();
  expect(failures).toEqual(['reading name']);
  expect(await unhandledByNow()).toEqual([]);
});

test('throws in several promises of one request are one failure', async () => {
  const { ask, failures } = start({ 'Query.item': async () => throwing('name') });
  expect(await ask('{ a: item { name } b: item { name } c: item { name } }')).toBeUndefined();
  expect(failures).toEqual(['reading name']);
  expect(await unhandledByNow()).toEqual([]);
});

test.each([
  ['by a resolver', (items: unknown) => ({ 'Query.items': () => items })],
  ['by a promise', (items: unknown) => ({ 'Query.items': async () => items })],
  ['as a member', (parts: unknown) => ({ 'Query.items': () => [{ parts }] })],
])(
  'a list given %s, whose element throws before a rejected one is reached, falls back to graphql-js',
  async (_how, resolvers) => {
    const items = [Promise.resolve({}), throwing('name'), Promise.reject(new Error('later'))];
    const { ask, failures } = start(resolvers(items));
    expect(await ask('{ items { name parts { name } } }')).toBeUndefined();
    expect(failures).toEqual(['reading name']);
    expect(await unhandledByNow()).toEqual([]);
  },
);

test('a list element that is a promise of a throwing value falls back to graphql-js', async () => {
  const { ask, failures } = start({ 'Query.items': () => [Promise.resolve(throwing('name'))] });
  expect(await ask('{ items { name } }')).toBeUndefined();
  expect(failures).toEqual(['reading name']);
  expect(await unhandledByNow()).toEqual([]);
});

test('a list that throws while it is read, or has promises deep inside, falls back without a failure', async () => {
  function* broken() {
    yield { name: 'first' };
    throw new Error('no second');
  }
  const { ask, failures } = start({
    'Query.items': broken,
    'Query.item': () => ({ grid: [[Promise.resolve('a'), 'b'], [Promise.reject(new Error('no c'))]] }),
  });
  // The resolver's own throw is an error of its field, as in graphql-js.
  expect(await ask('{ items { name } }')).toBeUndefined();
  expect(await ask('{ item { grid } }')).toBeUndefined();
  expect(failures).toEqual([]);
  expect(await unhandledByNow()).toEqual([]);
});

test('a type that cannot be resolved falls back to graphql-js', async () => {
  const { ask, failures } = start({
    'Query.slow': async () => 'late',
    'Query.found': async () => throwing('__typename'),
  });
  expect(await ask('{ slow found { ... on Item { name } } }')).toBeUndefined();
  expect(failures).toEqual(['reading __typename']);
  expect(await unhandledByNow()).toEqual([]);
});

test('a thenable that is no promise, and throws, falls back to graphql-js', async () => {
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: the subject
    then() {
      throw new Error('no promise');
    },
  };
  const { ask } = start({ 'Query.slow': () => thenable });
  expect(await ask('{ slow }')).toBeUndefined();
  expect(await unhandledByNow()).toEqual([]);
});

test('a failed document is not compiled again, and none of it runs', async () => {
  let reads = 0;
  const { ask, failures } = start({
    'Query.item': () => {
      reads += 1;
      return throwing('name');
    },
  });
  for (let time = 0; time < 50; time += 1) expect(await ask('{ item { name } }')).toBeUndefined();
  expect({ reads, failures }).toEqual({ reads: 1, failures: ['reading name'] });
});

test('errors of resolvers are no failures: the document stays compiled', async () => {
  let isAllowed = false;
  const { ask, failures } = start({
    'Query.item': () => {
      if (!isAllowed) throw new Error('not for you');
      return { name: 'item' };
    },
  });
  expect(await ask('{ item { name } }')).toBeUndefined();
  isAllowed = true;
  expect(await ask('{ item { name } }')).toEqual({ item: { name: 'item' } });
  expect(failures).toEqual([]);
});

test('resolvers get no source at the root, as from graphql-js, and their parent below it', async () => {
  const sources: unknown[] = [];
  const item = { part: {} };
  const keep = (source: unknown) => {
    sources.push(source);
    return item;
  };
  const { ask } = start({ 'Query.item': keep, 'Item.part': keep });
  await ask('{ item { part { __typename } } }');
  expect(sources).toEqual([undefined, item]);
});

test('hostile code inside a document only fails its own request', async () => {
  // A name that graphql-jit takes for code. is-compilable.ts would refuse it.
  const schema = schemaOf({ 'Query.slow': async () => 'late', 'Query.echo': async () => 'echo' });
  const magic = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';
  const document = parse(`{ a: echo(of: [one]) slow echo(of: [${magic}nope]) }`);
  const compiled = compileQuery(containFailures(schema), document);
  if (!isCompiledQuery(compiled)) throw new Error('it is not compiled');
  await expect(runContained(compiled.query, {}, {})).rejects.toThrow('nope is not defined');
  expect(await unhandledByNow()).toEqual([]);
});
