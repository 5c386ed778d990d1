import { Client, fetchExchange, gql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { expect } from 'vitest';
import { keys } from '../../../packages/client/src/urql.ts';
import { type Buyer, headersOf, REFUSED, required, type Shop } from '../../support/clients/buyer.ts';
import { buyerByDocuments } from './by-documents.ts';

/** urql with its defaults, which send a short query by GET, and with Graphcache and the package's keys. */
export function startUrql(shop: Shop): Buyer {
  const methods: (string | undefined)[] = [];
  const warnings: unknown[] = [];
  const client = new Client({
    url: shop.url,
    fetchOptions: { headers: headersOf(shop) },
    fetch: (input, init) => {
      methods.push(init?.method);
      return fetch(input, init);
    },
    exchanges: [cacheExchange({ keys, logger: (_severity, message) => warnings.push(message) }), fetchExchange],
    requestPolicy: 'network-only',
  });
  return {
    ...buyerByDocuments(async (document, variables) => {
      const isMutation = JSON.stringify(document.definitions).includes('"operation":"mutation"');
      const { data, error } = isMutation
        ? await client.mutation(document, variables)
        : await client.query(document, variables);
      if (error !== undefined) throw error;
      return required(data, 'data');
    }),
    refusal: async () => (await client.query(gql(REFUSED), {})).error?.graphQLErrors[0]?.extensions['code'],
    expectRequests() {
      expect(warnings).toEqual([]);
      expect(new Set(methods)).toEqual(new Set(['GET', 'POST']));
    },
  };
}
