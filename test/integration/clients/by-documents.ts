import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  ConfirmOrderDocument,
  CreateTopupOrderDocument,
  TopupOrderDocument,
  TopupOrdersDocument,
  TopupPageDocument,
  userErrorsOf,
} from '../../../packages/client/src/index.ts';
import { type Buyer, numbersOf, required } from '../../support/clients/buyer.ts';

type Send = <Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
) => Promise<Data>;

/** The purchase by the package's documents, for libraries that send a document and return its data. */
export function buyerByDocuments(send: Send): Omit<Buyer, 'refusal'> {
  return {
    async balance(code) {
      const { topupOrganization } = await send(TopupPageDocument, {});
      return topupOrganization?.quotaBalances?.find((quota) => quota.code === code)?.balance;
    },
    async create(input) {
      const data = await send(CreateTopupOrderDocument, { input });
      return data.createTopupOrder?.order ?? userErrorsOf(data).map(({ code }) => code);
    },
    async confirm({ id, total }, idempotencyKey) {
      const input = { orderId: id, expectedTotal: total.amount, idempotencyKey };
      const { confirmOrder } = await send(ConfirmOrderDocument, { input });
      return required(confirmOrder?.order, 'confirmed order');
    },
    async read(id) {
      return required((await send(TopupOrderDocument, { id })).topupOrder, 'order');
    },
    numbers: () => numbersOf(async (after) => (await send(TopupOrdersDocument, { first: 1, after })).topupOrders),
  };
}
