import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MatchersV3, PactV4, Verifier } from '@pact-foundation/pact';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ORDER_STATES } from '../../../sandbox/index.ts';
import type { TestApp } from '../../support/app/app.ts';
import { startAppWithStates } from '../../support/app/app-with-states.ts';

const { fromProviderState, regex, like } = MatchersV3;

vi.setConfig({ testTimeout: 120_000 });

let app: TestApp;
let directory: string;

beforeAll(async () => {
  // The library reports its use to its makers otherwise.
  vi.stubEnv('PACT_DO_NOT_TRACK', 'true');
  directory = await mkdtemp(join(tmpdir(), 'self-topup-pacts-'));
  app = await startAppWithStates();
});
afterAll(async () => {
  await app?.close();
  await rm(directory, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

interface Interaction {
  /** A state of POST /_sandbox/states. */
  state: string;
  query: string;
  variables?: object;
  data: object;
}

/** A value that the state's answer has, in the request and the expected response. */
const ofState = (member: string, example: string, prefix = '') =>
  fromProviderState(`${prefix}\${${member}}`, `${prefix}${example}`);
const ORDER_ID = ofState('orderId', '0195b9ec-0000-8000-8000-000000000000');
const ORDER = 'query ($id: ID!) { topupOrder(id: $id) { id number status total { amount currencyCode } } }';

const order = (status: string): Interaction => ({
  state: status,
  query: ORDER,
  variables: { id: ORDER_ID },
  data: {
    topupOrder: {
      id: ORDER_ID,
      number: regex(/^TU-\d{6}-\w{4}-\w{4}$/, 'TU-261122-7K3M-9QXE'),
      status,
      total: { amount: like('1000000'), currencyCode: 'IDR' },
    },
  },
});

/** Runs a consumer's calls against Pact's stand-in, which writes the pact. Returns the file. */
async function writePact(consumer: string, interactions: readonly Interaction[]): Promise<string> {
  const pact = new PactV4({ consumer, provider: 'self-topup', dir: directory, logLevel: 'error' });
  for (const { state, query, variables, data } of interactions) {
    await pact
      .addInteraction()
      .given(state)
      .uponReceiving(`${query.slice(0, 40)} in the state ${state}`)
      .withRequest('POST', '/graphql', (request) =>
        request
          .headers({ authorization: ofState('token', 'a-token', 'Bearer ') })
          .jsonBody({ query, ...(variables && { variables }) }),
      )
      .willRespondWith(200, (response) => response.jsonBody({ data }))
      .executeTest(async ({ url }) => {
        const body = { query, ...(variables && { variables: MatchersV3.reify(variables as never) }) };
        const headers = { 'content-type': 'application/json', authorization: 'Bearer a-token' };
        const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
        expect(await answer.json()).toEqual({ data: MatchersV3.reify(data as never) });
      });
  }
  return join(directory, `${consumer}-self-topup.json`);
}

/** Verifies a pact as any consumer's pipeline can: its states are set up over HTTP. */
const verify = (pact: string) =>
  new Verifier({
    provider: 'self-topup',
    providerBaseUrl: app.url,
    pactUrls: [pact],
    providerStatesSetupUrl: `${app.sandbox.states.url}/_sandbox/states`,
    providerStatesSetupTeardown: true,
    timeout: 30_000,
    logLevel: 'error',
  }).verifyProvider();

test("a consumer's pact holds in every order state and for kinds of organization", async () => {
  const pact = await writePact('top-up-page', [
    ...ORDER_STATES.map(order),
    {
      state: 'SUBMITTED',
      query: '{ topupOrders(first: 1) { edges { node { status approval { state viewerCanDecide } } } } }',
      data: {
        topupOrders: { edges: [{ node: { status: 'DRAFT', approval: { state: 'PENDING', viewerCanDecide: false } } }] },
      },
    },
    {
      state: 'page-flag-off',
      query: '{ topupOptions { code } }',
      data: { topupOptions: [] },
    },
    {
      state: 'DRAFT with-excess',
      query: '{ excessUsages { code amount { amount } } }',
      data: {
        excessUsages: [
          { code: 'wa_balance', amount: { amount: '250000' } },
          { code: 'muv', amount: { amount: like('72000') } },
          { code: 'chatbot_ai_extra', amount: { amount: like('20000') } },
        ],
      },
    },
  ]);
  await verify(pact);
});

test('a pact that expects another status than the state has fails', async () => {
  const draft = order('DRAFT');
  const pact = await writePact('mistaken-page', [{ ...draft, state: 'CANCELLED' }]);
  await expect(verify(pact)).rejects.toThrow(`Expected 'CANCELLED' (String) to be equal to 'DRAFT' (String)`);
});
