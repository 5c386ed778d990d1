import { execute, type GraphQLSchema, getOperationAST, parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Caller } from '../../../src/platform/auth/caller.ts';
import { CompiledDocuments } from '../../../src/platform/graphql/compiled/compiled-documents.ts';
import { assertWithinLimits } from '../../../src/platform/graphql/limits/operation-limits.ts';
import { costsOfSchema, type SchemaCosts } from '../../../src/platform/graphql/limits/schema-costs.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';
import { generateOperation, type Operation } from '../../support/graphql/operations/generate.ts';
import { ALMOST_PLAIN, PLAIN, WILD } from '../../support/graphql/operations/style.ts';
import type { Seen } from '../../support/graphql/operations/values.ts';
import { createRandom } from '../../support/tools/random.ts';

/**
 * Each document is asked of graphql-js and of its compiled form, of the same services and the same database. The two answers are
 * the same bytes, and no rejection is left unhandled.
 */
const DOCUMENTS = 20_000;
const LEAST_COMPILED = 5_000;
const CONNECTIONS = 8;
const STYLES = [...ALMOST_PLAIN, ...Array.from({ length: 7 }, () => PLAIN), WILD];

const random = createRandom(Number(process.env['SEED'] ?? Date.now() % 2 ** 31));
/** Stands still: what an answer says of times is the same for both. */
const NOW = new Date();

interface Asker {
  name: string;
  caller: Caller | undefined;
}

function asker(name: string, organizationId: string | undefined, ...scopes: string[]): Asker {
  return { name, caller: { subject: name, organizationId, scopes: new Set(scopes) } };
}

const ADMIN = asker('admin', '1001', 'topup:read', 'topup:write');
const SUPPORT = asker('support', undefined, 'topup:support');
const ASKERS: readonly Asker[] = [
  ...[ADMIN, ADMIN, ADMIN, SUPPORT, SUPPORT],
  asker('admin of another organization', '1002', 'topup:read', 'topup:write'),
  asker('without scopes', '1001'),
  { name: 'without a token', caller: undefined },
];

let app: TestApp;
let schema: GraphQLSchema;
let costs: SchemaCosts;
let documents: CompiledDocuments;
let seen: Seen;
const failures: unknown[] = [];
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  app = await startApp({ withoutBackground: true, clock: { now: () => NOW } });
  schema = app.subgraph.schema;
  costs = costsOfSchema(schema);
  documents = new CompiledDocuments({
    buildSchema: app.subgraph.rebuild,
    onMissing: note,
    onFailure: (error) => failures.push(error),
    compileAt: 1,
  });
  const admin = await app.client();
  for (const quantity of ['1000000', '1500000', '2000000']) await createOrder(admin, '1001', { wa_balance: quantity });
  await confirmOrder(admin, await createOrder(admin, '1001', { wa_balance: '1000000', agent_extra: '1' }));
  const { topupOrders } = await admin.query('{ topupOrders { edges { cursor } } }');
  seen = {
    orders: await app.db.query('select id, total::text from topup_orders'),
    cursors: topupOrders.edges.map(({ cursor }: { cursor: string }) => cursor),
    keys: [],
  };
});

afterAll(async () => {
  process.off('unhandledRejection', note);
  await app.close();
});

/** A request of its own: loaders of one are not the other's. */
const contextOf = (caller: Caller | undefined): RequestContext => ({
  caller,
  correlationId: 'compiled-against-cold',
  log: app.log,
  logFields: {},
});

const counted = { documents: 0, compiled: 0, compiledReferences: 0, withErrors: 0, askedAgain: 0 };
const texts = new Set<string>();

/** Asks both ways, and answers whether the compiled form did it. */
async function compare({ query, operationName, variables }: Operation, { name, caller }: Asker) {
  const document = parse(query);
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error('The generator is wrong: there is no operation');
  const byGraphqlJs = (contextValue: RequestContext) =>
    execute({ schema, document, operationName, variableValues: variables, contextValue });
  const cold = await byGraphqlJs(contextOf(caller));
  const context = contextOf(caller);
  const data = await documents.data({ text: query, document, operation, variables, context });
  // As Apollo does (compiled/answer-compiled.ts).
  const hot = data === undefined || data === null ? await byGraphqlJs(context) : { data };
  const described = `seed ${random.seed}, ${name}:\n${query}\n${JSON.stringify(variables)}`;
  expect(JSON.stringify(hot), described).toBe(JSON.stringify(cold));
  return { isCompiled: data !== undefined && data !== null, hasErrors: cold.errors !== undefined };
}

/** Nobody executes an operation that is not valid, or costs too much. */
function isExecuted({ query, operationName, variables }: Operation, { caller }: Asker): boolean {
  const document = parse(query);
  const invalid = validate(schema, document).map(({ message }) => message);
  if (invalid.length > 0) throw new Error(`The generator is wrong: ${invalid.join('; ')}\n${query}`);
  const operation = getOperationAST(document, operationName) ?? undefined;
  try {
    assertWithinLimits(costs, { document, operation, operationName, variables, extensions: undefined, caller });
    return true;
  } catch {
    return false;
  }
}

async function connection(): Promise<void> {
  while (counted.documents < DOCUMENTS) {
    const asker = random.oneOf(ASKERS);
    const operation = generateOperation(schema, random, seen, random.oneOf(STYLES));
    if (texts.has(operation.query) || !isExecuted(operation, asker)) continue;
    texts.add(operation.query);
    counted.documents += 1;
    const { isCompiled, hasErrors } = await compare(operation, asker);
    if (isCompiled) counted.compiled += 1;
    if (isCompiled && operation.query.includes('_entities')) counted.compiledReferences += 1;
    if (hasErrors) counted.withErrors += 1;
    const another = random.oneOf(ASKERS);
    if (random.below(3) > 0 || !isExecuted(operation, another)) continue;
    // By the compiled form that stands.
    counted.askedAgain += 1;
    await compare(operation, another);
  }
}

test('20,000 documents answer the same bytes, cold and compiled', { timeout: 600_000 }, async () => {
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`compiled against cold, seed ${random.seed}:`, { ...counted, seconds });
  expect(counted.documents).toBeGreaterThanOrEqual(DOCUMENTS);
  expect(counted.compiled).toBeGreaterThanOrEqual(LEAST_COMPILED);
  expect(counted.compiledReferences).toBeGreaterThan(500);
  // A document that fails when it runs would be graphql-js's from then on: there is none.
  expect(failures).toEqual([]);
  expect(unhandled).toEqual([]);
});
