import { afterAll, beforeAll, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { purchaseThrough } from '../../support/clients/purchase.ts';
import { startApolloClient } from './apollo-client.ts';
import { startFetch } from './fetch.ts';
import { startGraphqlRequest } from './graphql-request.ts';
import { startRelay } from './relay.ts';
import { startUrql } from './urql.ts';

// Relay's compiler runs first.
vi.setConfig({ hookTimeout: 120_000 });

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.close());

purchaseThrough('fetch', startFetch, () => app);
purchaseThrough('graphql-request', startGraphqlRequest, () => app);
purchaseThrough('Apollo Client', startApolloClient, () => app);
purchaseThrough('urql with Graphcache', startUrql, () => app);
purchaseThrough('Relay', startRelay, () => app);
