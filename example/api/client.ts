import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { relayStylePagination } from '@apollo/client/utilities';

/**
 * One client per organization: its token, and a store of its own, so that nothing of one organization can be shown to
 * another. `/graphql` is same-origin: the server of this page passes it on.
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
            // What a mutation has just answered is shown at once; the query behind it still asks.
            topupOrder: {
              read: (known, { args, toReference }) =>
                known === undefined ? toReference({ __typename: 'TopupOrder', id: args?.['id'] }) : known,
            },
          },
        },
      },
    }),
  });
}
