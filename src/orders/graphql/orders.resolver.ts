import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { inLanguage, type Language } from '../../kernel/translated.ts';
import { Organization, organizationToRead } from '../../organizations/index.ts';
import { RequiresRead } from '../../platform/graphql/access-directives.ts';
import type { ReferenceResolver } from '../../platform/graphql/entities.ts';
import { InLanguage } from '../../platform/graphql/language.ts';
import { Cost, ListSize, PageSize } from '../../platform/graphql/limits/list-size.ts';
import { DateTimeScalar } from '../../platform/graphql/scalars.ts';
import { SemanticNonNull } from '../../platform/graphql/semantic-non-null.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import { type EventKind, eventKind } from '../rules/event-kind.ts';
import { typedOrderNumber } from '../rules/order-number.ts';
import { pageArgs } from '../rules/page.ts';
import type { WaitForOrder } from '../wait-for-order.ts';
import { TopupOrder, TopupOrderConnection, TopupOrderLine } from './order.type.ts';
import { OrderPageArgs, OrganizationOrderPageArgs, TopupOrderArgs } from './order-args.ts';
import { TopupActor, TopupOrderEvent } from './order-event.type.ts';
import type { OrdersLoaders } from './orders.loaders.ts';
import { toActor, toConnection, toTopupOrder, toTopupOrderEvent, toTopupOrderLine } from './to-graphql.ts';

const PAGE = "The organization's orders, newest first.";

@Resolver(() => Organization)
export class OrdersResolver {
  constructor(
    private readonly orders: OrdersLoaders,
    private readonly waits: WaitForOrder,
  ) {}

  @RequiresRead()
  @Query(() => TopupOrder, { nullable: true, description: 'One order; null if the caller has no such order.' })
  async topupOrder(@Args(() => TopupOrderArgs) { id, ...wait }: TopupOrderArgs, @Ctx() request: RequestContext) {
    const order = await this.waits.read(request, id, wait);
    return order === null ? null : toTopupOrder(order);
  }

  @RequiresRead()
  @Query(() => TopupOrder, {
    nullable: true,
    description: "The order of a number; null if the caller has no such order. Support finds every organization's.",
  })
  async topupOrderByNumber(
    @Arg('number', () => String, {
      nullable: true,
      description: 'E.g. `TU-261122-7K3M-9QX4`; small letters and spaces around it do not matter.',
    })
    number: string | undefined,
    @Ctx() request: RequestContext,
  ) {
    const order = await this.orders.visibleByNumber(request, typedOrderNumber(number ?? ''));
    return order === null ? null : toTopupOrder(order);
  }

  @RequiresRead()
  @PageSize()
  @SemanticNonNull()
  @Query(() => TopupOrderConnection, { nullable: true, description: PAGE })
  topupOrders(@Args(() => OrganizationOrderPageArgs) args: OrganizationOrderPageArgs, @Ctx() request: RequestContext) {
    return this.page(request, organizationToRead(request, args.organizationId ?? undefined), args);
  }

  @RequiresRead()
  @PageSize()
  @SemanticNonNull()
  @FieldResolver(() => TopupOrderConnection, { name: 'topupOrders', nullable: true, description: PAGE })
  organizationTopupOrders(
    @Root() organization: Organization,
    @Args(() => OrderPageArgs) args: OrderPageArgs,
    @Ctx() request: RequestContext,
  ) {
    return this.page(request, organization.id, args);
  }

  private async page(
    request: RequestContext,
    organizationId: string,
    args: OrderPageArgs,
  ): Promise<TopupOrderConnection> {
    const page = pageArgs(args);
    return toConnection(organizationId, page, await this.orders.page(request, organizationId, page));
  }
}

@Resolver(() => TopupOrderConnection)
export class TopupOrderConnectionResolver {
  constructor(private readonly orders: OrdersLoaders) {}

  @Cost(2)
  @FieldResolver(() => Int, { description: 'The number of orders on all pages.' })
  totalCount(@Root() { countArgs }: TopupOrderConnection, @Ctx() request: RequestContext): Promise<number> {
    return this.orders.count(request, countArgs.organizationId, countArgs.filter);
  }
}

@Resolver(() => TopupOrder)
export class TopupOrderResolver {
  constructor(private readonly orders: OrdersLoaders) {}

  @ListSize(5)
  @FieldResolver(() => [TopupOrderLine], { description: 'The lines that settle excess, then those that raise quotas.' })
  async lines(@Root() order: TopupOrder, @Ctx() request: RequestContext): Promise<TopupOrderLine[]> {
    return (await this.orders.linesOf(request, order.id)).map(toTopupOrderLine);
  }

  @ListSize(5)
  @FieldResolver(() => [TopupOrderEvent], { description: 'The steps of the order, oldest first.' })
  async timeline(@Root() order: TopupOrder, @Ctx() request: RequestContext): Promise<TopupOrderEvent[]> {
    return (await this.orders.eventsOf(request, order.id)).map(toTopupOrderEvent);
  }

  @FieldResolver(() => TopupActor, { nullable: true, description: 'The caller who created the order.' })
  createdBy(@Root() order: TopupOrder, @Ctx() request: RequestContext): Promise<TopupActor | null> {
    return this.actorOf(request, order, 'CREATED');
  }

  @FieldResolver(() => TopupActor, {
    nullable: true,
    description: 'The caller who confirmed the order; null before that.',
  })
  confirmedBy(@Root() order: TopupOrder, @Ctx() request: RequestContext): Promise<TopupActor | null> {
    return this.actorOf(request, order, 'CONFIRMED');
  }

  @FieldResolver(() => DateTimeScalar, {
    description:
      'The time of the last change that the graph shows, payments included. It rises with each change of an order; it says nothing between two orders.',
  })
  async changedAt(@Root() order: TopupOrder, @Ctx() request: RequestContext): Promise<Date | undefined> {
    return order.changedAt ?? (await this.orders.current(request, order.id))?.changedAt;
  }

  private async actorOf(request: RequestContext, { id }: TopupOrder, kind: EventKind): Promise<TopupActor | null> {
    const step = (await this.orders.eventsOf(request, id)).find((each) => eventKind(each) === kind);
    return step === undefined ? null : toActor(step);
  }
}

@Resolver(() => TopupOrderLine)
export class TopupOrderLineResolver {
  @FieldResolver(() => String, { description: 'The name to show.' })
  label(@Root() { label: text, labelTranslations: translations }: TopupOrderLine, @InLanguage() language?: Language) {
    return inLanguage({ text, translations }, language);
  }
}

export function topupOrderReference(orders: OrdersLoaders): ReferenceResolver {
  return async ({ id }, request) => {
    // String() of an object can throw (`{"toString": 1}`), so an id that is not text matches no order.
    const order = await orders.visible(request, typeof id === 'string' ? id : '');
    return order === null ? null : toTopupOrder(order);
  };
}
