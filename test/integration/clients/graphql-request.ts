import { ClientError, GraphQLClient } from 'graphql-request';
import { type Buyer, headersOf, REFUSED, type Shop } from '../../support/clients/buyer.ts';
import { buyerByDocuments } from './by-documents.ts';

export function startGraphqlRequest(shop: Shop): Buyer {
  const client = new GraphQLClient(shop.url, { headers: headersOf(shop) });
  return {
    ...buyerByDocuments((document, variables) => client.request({ document, variables } as never)),
    refusal: () =>
      client.request(REFUSED).catch((error: unknown) => {
        if (!(error instanceof ClientError)) throw error;
        return error.response.errors?.[0]?.extensions['code'];
      }),
  };
}
