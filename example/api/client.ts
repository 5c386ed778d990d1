import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { relayStylePagination } from '@apollo/client/utilities';

/**
 * Creates one client per organization, with its token and its own store, so that no organization sees another's data.
 * `/graphql` has the page's origin: the page's server forwards it.
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
