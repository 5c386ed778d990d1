import { request } from 'node:http';
import { expect } from 'vitest';

/** The two routes that a token opens, tested from outside. */
const DOORS = [
  { method: 'POST', path: '/graphql', body: JSON.stringify({ query: '{ topupOrders { totalCount } }' }) },
  { method: 'GET', path: '/iag/v1/topup-configurations' },
];

interface Answer {
  status: number;
  body: string;
}

/** Sends the headers by hand, because fetch joins repeated ones and refuses odd ones. */
function ask(url: string, door: (typeof DOORS)[number], authorization: readonly string[]): Promise<Answer> {
  const types = ['content-type', 'application/json', 'accept', 'application/graphql-response+json'];
  const headers = [...types, ...authorization.flatMap((value) => ['authorization', value])];
  const host = ['host', new URL(url).host];
  return new Promise((resolve, reject) => {
    const sent = request(url + door.path, { method: door.method, headers: [...host, ...headers] }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end(door.body);
  });
}

export const askDoors = (url: string, authorization: readonly string[]) =>
  Promise.all(DOORS.map((door) => ask(url, door, authorization)));

/** 401 on both routes, in the graph with its code, and without any of their data. */
export async function expectRefused(url: string, authorization: readonly string[]): Promise<void> {
  const [graph, rest] = await askDoors(url, authorization);
  expect({ graph: graph?.status, rest: rest?.status }).toEqual({ graph: 401, rest: 401 });
  const { data, errors } = JSON.parse(graph?.body ?? '');
  expect({ data, codes: errors.map((error: { extensions: object }) => error.extensions) }).toEqual({
    data: undefined,
    codes: [{ code: 'UNAUTHENTICATED', correlationId: expect.any(String) }],
  });
  expect(Object.keys(JSON.parse(rest?.body ?? '')).toSorted()).toEqual(['correlationId', 'error']);
}

export async function expectTaken(url: string, authorization: readonly string[]): Promise<void> {
  const [graph, rest] = await askDoors(url, authorization);
  expect({ graph: graph?.status, rest: rest?.status }).toEqual({ graph: 200, rest: 200 });
  expect(JSON.parse(graph?.body ?? '')).toEqual({ data: { topupOrders: { totalCount: 0 } } });
}
