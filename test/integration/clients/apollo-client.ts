import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { possibleTypes, typePolicies } from '../../../packages/client/src/apollo.ts';
import {
  ConfirmOrderDocument,
  CreateTopupOrderDocument,
  TopupOrderDocument,
  TopupOrdersDocument,
  TopupPageDocument,
  userErrorsOf,
} from '../../../packages/client/src/index.ts';
import { type Buyer, headersOf, REFUSED, required, type Shop } from '../../support/clients/buyer.ts';

/** Apollo Client 4 with the package's policies. A mutation's answer is read from the cache afterwards, and pages are merged there. */
export function startApolloClient(shop: Shop): Buyer {
  const client = new ApolloClient({
    link: new HttpLink({ uri: shop.url, headers: headersOf(shop) }),
    cache: new InMemoryCache({ typePolicies, possibleTypes }),
  });
  return {
    async balance(code) {
      const { data } = await client.query({ query: TopupPageDocument, fetchPolicy: 'network-only' });
      return data?.topupOrganization?.quotaBalances?.find((quota) => quota.code === code)?.balance;
    },
    async create(input) {
      const { data } = await client.mutate({ mutation: CreateTopupOrderDocument, variables: { input } });
      return data?.createTopupOrder?.order ?? userErrorsOf(data).map(({ code }) => code);
    },
    async confirm({ id, total }, idempotencyKey) {
      const input = { orderId: id, expectedTotal: total.amount, idempotencyKey };
      await client.mutate({ mutation: ConfirmOrderDocument, variables: { input } });
      const cached = client.readQuery({ query: TopupOrderDocument, variables: { id } });
      return required(cached?.topupOrder, 'confirmed order in the cache');
    },
    async read(id) {
      const query = { query: TopupOrderDocument, variables: { id } };
      return required((await client.query({ ...query, fetchPolicy: 'network-only' })).data?.topupOrder, 'order');
    },
    async numbers() {
      const variables = { first: 1 };
      const query = { query: TopupOrdersDocument, variables };
      const page = () => required(client.readQuery(query)?.topupOrders, 'page in the cache');
      const orders = client.watchQuery({ ...query, fetchPolicy: 'network-only' });
      await orders.refetch();
      while (page().pageInfo.hasNextPage) {
        await orders.fetchMore({ variables: { after: page().pageInfo.endCursor } });
      }
      return page().edges.map(({ node }) => node.number);
    },
    refusal: () =>
      client.query({ query: gql(REFUSED) }).catch((error: unknown) => {
        if (!CombinedGraphQLErrors.is(error)) throw error;
        return error.errors[0]?.extensions?.['code'];
      }),
    stop: () => client.stop(),
  };
}
