import { print } from 'graphql';
import { type Buyer, headersOf, REFUSED, type Shop } from '../../support/clients/buyer.ts';
import { buyerByDocuments } from './by-documents.ts';

interface Answer<Data> {
  data: Data;
  errors?: { message: string; extensions: { code: string } }[];
}

/** No library: a POST with JSON, and no other header than the token. */
export function startFetch(shop: Shop): Buyer {
  async function post<Data>(query: string, variables: object): Promise<Answer<Data>> {
    const response = await fetch(shop.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headersOf(shop) },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer<Data>;
  }
  return {
    ...buyerByDocuments(async (document, variables) => {
      const { data, errors } = await post<never>(print(document), variables);
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      return data;
    }),
    refusal: async () => (await post(REFUSED, {})).errors?.[0]?.extensions.code,
  };
}
