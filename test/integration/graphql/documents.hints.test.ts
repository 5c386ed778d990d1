import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';

let app: TestApp;
let nobody: TestClient;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  nobody = createTestClient(app.url, '');
});
afterAll(() => app.close());

/** The fastest of several runs: slower ones waited for something else. */
async function timeOf(send: () => Promise<unknown>): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY;
  for (let time = 0; time < 7; time += 1) {
    const startedAt = performance.now();
    await send();
    fastest = Math.min(fastest, performance.now() - startedAt);
  }
  return fastest;
}

const HINT = 'Did you mean ';

test.each([
  ['an argument that is text', (text: string) => `{ topupOrders(first: "${text}") { totalCount } }`],
  [
    'ten such arguments',
    (text: string) => tenth(text, (part, index) => `a${index}: topupOrders(first: "${part}") { totalCount }`),
  ],
  ['a text that is not closed', (text: string) => `{ topupOrders(first: "${text}`],
])('16 KB of hints in %s cost about four times what 4 KB do', async (_where, documentOf) => {
  const send = async (bytes: number) => {
    const { status, errors } = await nobody.send(documentOf(HINT.repeat(bytes / HINT.length)));
    expect(status).toBe(400);
    expect(errors?.[0]?.message).toBeTruthy();
  };
  const small = await timeOf(() => send(3_900));
  const large = await timeOf(() => send(15_600));
  expect(large).toBeLessThan(8 * small + 10);
});

function tenth(text: string, partOf: (part: string, index: number) => string): string {
  const part = text.slice(0, text.length / 10);
  return `{ ${Array.from({ length: 10 }, (_, index) => partOf(part, index)).join(' ')} }`;
}

test("no answer names parts of the schema, and the caller's own text stays unchanged", async () => {
  const { errors } = await nobody.send('{ topupOrders(first: "Did you mean it?") { totalCoun } }');
  expect(errors?.map(({ message }) => message)).toEqual([
    'Int cannot represent non-integer value: "Did you mean it?"',
    'Cannot query field "totalCoun" on type "TopupOrderConnection".',
  ]);
});
