import { type AuditResult, auditServer } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';

/**
 * Runs the audit of GraphQL over HTTP that the authors of its specification publish. The list holds the recommendations
 * that the server does not follow, and nothing may be added to it; docs/decisions/0037 has the reasons.
 */
const OTHERWISE: Record<string, readonly string[]> = {
  warn: [],
  // A GET that a foreign page could send is refused; with the header that such a page cannot send it is answered.
  notice: ['5A70', '6A70', 'D6D5'],
};

let app: TestApp;
let results: readonly AuditResult[];

beforeAll(async () => {
  // It queries a type of the schema, and introspection is closed otherwise.
  app = await startApp({ withoutBackground: true, env: { GRAPH_SCHEMA_PUBLIC: 'on' } });
  results = await auditServer({ url: `${app.url}/graphql` });
});

afterAll(() => app.close());

const idsOf = (status: AuditResult['status']) =>
  results
    .filter((result) => result.status === status)
    .map(({ id }) => id)
    .toSorted();

test('the server passes every audit that GraphQL over HTTP requires', () => {
  expect(results.filter(({ name }) => name.startsWith('MUST')).length).toBeGreaterThan(10);
  expect(idsOf('error')).toEqual([]);
});

test.each(Object.entries(OTHERWISE))('the server deviates from these recommendations (%s)', (status, ids) => {
  expect(results.length).toBeGreaterThan(60);
  expect(idsOf(status as AuditResult['status'])).toEqual(ids);
});

test('a GET that it may send is answered with the header that no foreign page can send', async () => {
  const withHeader: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('apollo-require-preflight', 'true');
    return fetch(input, { ...init, headers });
  };
  const again = await auditServer({ url: `${app.url}/graphql`, fetchFn: withHeader });
  expect(again.filter(({ status }) => status === 'error' || status === 'notice')).toEqual([]);
});
