import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { sum } from '../../kernel/money.ts';
import { TopupOrderType } from '../../orders/index.ts';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import { Money, money } from '../../platform/graphql/money.type.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import { paymentStatus } from '../rules/payment-status.ts';
import { TopupPayment } from './payment.type.ts';
import type { PaymentsLoader } from './payments.loader.ts';

/** The fields of an order about the money that came in (domain.md 8.1). */
@Resolver(() => TopupOrderType)
export class PaymentsResolver {
  constructor(private readonly payments: PaymentsLoader) {}

  @ListSize(5)
  @FieldResolver(() => [TopupPayment], { name: 'payments', description: 'The payments that came in, oldest first.' })
  async paymentsOf(@Root() order: TopupOrderType, @Ctx() request: RequestContext): Promise<TopupPayment[]> {
    const steps = await this.payments.ofOrder(request, order.id);
    return steps
      .filter(({ kind }) => kind === 'PAYMENT')
      .map((step) => ({
        id: step.id,
        receivedAt: step.receivedAt,
        amount: step.amount === null ? null : money(step.amount),
        originalAmount: step.originalAmount,
        originalCurrency: step.originalCurrency,
        method: step.method,
        status: paymentStatus(step, steps, order.status),
      }));
  }

  @FieldResolver(() => Money, { description: 'What came in so far in rupiah, less what was given back.' })
  async receivedTotal(@Root() order: TopupOrderType, @Ctx() request: RequestContext): Promise<Money> {
    return money(await this.received(request, order));
  }

  @FieldResolver(() => Money, {
    description: 'What is missing of the sum: `payable` less `receivedTotal`, 0 at least.',
  })
  async outstanding(@Root() order: TopupOrderType, @Ctx() request: RequestContext): Promise<Money> {
    const missing = order.payable.amount - (await this.received(request, order));
    return money(missing > 0n ? missing : 0n);
  }

  private async received(request: RequestContext, { id }: TopupOrderType): Promise<bigint> {
    const steps = await this.payments.ofOrder(request, id);
    return sum(steps.map(({ amount }) => amount ?? 0n));
  }
}
