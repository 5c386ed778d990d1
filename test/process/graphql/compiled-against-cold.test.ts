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
import type { Existing } from '../../support/graphql/operations/values.ts';
import { createRandom } from '../../support/tools/random.ts';

/**
 * Runs each document through graphql-js and through its compiled form, over the same services and the same database.
 * The two answers must be the same bytes, and no rejection may be unhandled.
 */
const DOCUMENTS = 24_000;
const LEAST_COMPILED = 5_000;
const LEAST_REFERENCES = 500;
/** A generator whose documents are hardly ever compiled still fails. */
const MOST_DOCUMENTS = 30_000;
const CONNECTIONS = 8;
const STYLES = [...ALMOST_PLAIN, ...Array.from({ length: 7 }, () => PLAIN), WILD];

const random = createRandom(Number(process.env['SEED'] ?? Date.now() % 2 ** 31));
/** Stands still, so that times in both answers are equal. The neighbours check by it when a request was signed. */
const NOW = new Date();
const now = () => NOW;

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
let existing: Existing;
const failures: unknown[] = [];
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  app = await startApp({ withoutBackground: true, clock: { now }, sandbox: { wireClock: now } });
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
  existing = {
    orders: await app.db.query('select id, total::text from topup_orders'),
    cursors: topupOrders.edges.map(({ cursor }: { cursor: string }) => cursor),
    keys: [],
  };
});

afterAll(async () => {
  process.off('unhandledRejection', note);
  await app.close();
});

/** A new request context, since loaders belong to one request. */
const contextOf = (caller: Caller | undefined): RequestContext => ({
  caller,
  correlationId: 'compiled-against-cold',
  startedAt: performance.now(),
  log: app.log,
  logFields: {},
});

const counted = { documents: 0, compiled: 0, compiledReferences: 0, withErrors: 0, askedAgain: 0 };
const texts = new Set<string>();

interface Answers {
  cold: string;
  hot: string;
  isCompiled: boolean;
  hasErrors: boolean;
}

async function askBothWays({ query, operationName, variables }: Operation, { caller }: Asker): Promise<Answers> {
  const document = parse(query);
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error('The generator is wrong: there is no operation');
  const byGraphqlJs = (contextValue: RequestContext) =>
    execute({ schema, document, operationName, variableValues: variables, contextValue });
  const cold = await byGraphqlJs(contextOf(caller));
  const context = contextOf(caller);
  const data = await documents.data({ text: query, document, operation, variables, context });
  const isCompiled = data !== undefined && data !== null;
  // The same steps as Apollo's (compiled/answer-compiled.ts).
  const hot = isCompiled ? { data } : await byGraphqlJs(context);
  return { cold: JSON.stringify(cold), hot: JSON.stringify(hot), isCompiled, hasErrors: cold.errors !== undefined };
}

async function compare(operation: Operation, asker: Asker): Promise<Answers> {
  const answers = await askBothWays(operation, asker);
  // On a busy machine a neighbour may answer one of the two too late. A difference that compiling makes is there again.
  const { cold, hot } = answers.cold === answers.hot ? answers : await askBothWays(operation, asker);
  const { query, variables } = operation;
  expect(hot, `seed ${random.seed}, ${asker.name}:\n${query}\n${JSON.stringify(variables)}`).toBe(cold);
  return answers;
}

/** An invalid or too expensive operation is never executed. */
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

/** Few of the random documents are compiled, by some seeds fewer than wanted among the first: then more are asked. */
const isEnough = () =>
  counted.documents >= DOCUMENTS && counted.compiled >= LEAST_COMPILED && counted.compiledReferences > LEAST_REFERENCES;

async function connection(): Promise<void> {
  while (!isEnough() && counted.documents < MOST_DOCUMENTS) {
    const asker = random.oneOf(ASKERS);
    const operation = generateOperation(schema, random, existing, random.oneOf(STYLES));
    if (texts.has(operation.query) || !isExecuted(operation, asker)) continue;
    texts.add(operation.query);
    counted.documents += 1;
    const { isCompiled, hasErrors } = await compare(operation, asker);
    if (isCompiled) counted.compiled += 1;
    if (isCompiled && operation.query.includes('_entities')) counted.compiledReferences += 1;
    if (hasErrors) counted.withErrors += 1;
    const another = random.oneOf(ASKERS);
    if (random.below(3) > 0 || !isExecuted(operation, another)) continue;
    // This form is already compiled.
    counted.askedAgain += 1;
    await compare(operation, another);
  }
}

test('24,000 documents and more answer the same bytes, cold and compiled', { timeout: 600_000 }, async () => {
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`compiled against cold, seed ${random.seed}:`, { ...counted, seconds });
  expect(counted.documents).toBeGreaterThanOrEqual(DOCUMENTS);
  expect(counted.compiled).toBeGreaterThanOrEqual(LEAST_COMPILED);
  expect(counted.compiledReferences).toBeGreaterThan(LEAST_REFERENCES);
  // A document that fails at run time would go to graphql-js afterwards: there is none.
  expect(failures).toEqual([]);
  expect(unhandled).toEqual([]);
});
