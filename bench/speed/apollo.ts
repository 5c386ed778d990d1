import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { relayStylePagination } from '@apollo/client/utilities';

/**
 * Creates a client as a page would have one: its token, and a store that shows an answer at once. The workloads are the requests that
 * it sends.
 */
export function createClient(token: string): ApolloClient {
  const authorization = new SetContextLink(({ headers }) => ({
    headers: { ...headers, authorization: `Bearer ${token}` },
  }));
  return new ApolloClient({
    link: authorization.concat(new HttpLink({ uri: '/graphql' })),
    cache: new InMemoryCache({
      typePolicies: {
        Query: {
          fields: {
            topupOrders: relayStylePagination(['status']),
            // Shows a mutation's answer at once. The query still fetches.
            topupOrder: {
              read: (cached, { args, toReference }) =>
                cached === undefined ? toReference({ __typename: 'TopupOrder', id: args?.['id'] }) : cached,
            },
          },
        },
      },
    }),
  });
}
