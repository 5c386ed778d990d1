import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { inLanguage, type Language } from '../../kernel/translated.ts';
import { InLanguage } from '../../platform/graphql/language.ts';
import { Cost, ListSize } from '../../platform/graphql/limits/list-size.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { QuotaSettlement } from '../rules/settlement-preview.ts';
import type { SettlementsLoader } from '../settlements-loader.ts';
import { TopupOrder } from './order.type.ts';
import { TopupSettlement } from './settlement.type.ts';

@Resolver(() => TopupOrder)
export class SettlementPreviewResolver {
  constructor(private readonly settlements: SettlementsLoader) {}

  @Cost(2)
  @ListSize(5)
  @FieldResolver(() => [TopupSettlement], {
    description:
      'The effect of the order on each quota that it tops up: until it is paid a preview on the balances of now, then what the ledger did. Empty for an order that has expired or was cancelled. A refund is an entry of its own: `quotaLedger`.',
  })
  settlementPreview(@Root() order: TopupOrder, @Ctx() request: RequestContext): Promise<QuotaSettlement[]> {
    const { id, status, organization } = order;
    return this.settlements.ofOrder(request, { id, status, organizationId: organization.id });
  }
}

@Resolver(() => TopupSettlement)
export class TopupSettlementResolver {
  @FieldResolver(() => String, { description: 'The name to show.' })
  label(@Root() { label }: TopupSettlement, @InLanguage() language?: Language) {
    return inLanguage(label, language);
  }
}
