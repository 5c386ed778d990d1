import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { TopupOrderType } from '../../orders/index.ts';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { DocumentLinks } from '../document-links.ts';
import { TopupDocument } from './document.type.ts';

@Resolver(() => TopupOrderType)
export class DocumentsResolver {
  constructor(private readonly links: DocumentLinks) {}

  @ListSize(5)
  @FieldResolver(() => [TopupDocument], {
    description:
      'The documents that the order has so far, newest first: the booked invoice, the receipt, and a quotation for each quote.',
  })
  documents(@Root() order: TopupOrderType, @Ctx() request: RequestContext): Promise<TopupDocument[]> {
    const { id, organization, paidAt, completedAt } = order;
    return this.links.ofOrder(request, { id, organizationId: organization.id, paidAt, completedAt });
  }
}
