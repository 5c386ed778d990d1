import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Organization } from '../../organizations/index.ts';
import { Money } from '../../platform/graphql/money.type.ts';
import { PageInfo } from '../../platform/graphql/page-info.type.ts';
import { DateScalar, DateTimeScalar, DecimalScalar, URLScalar } from '../../platform/graphql/scalars.ts';
import { ORDER_STATUSES, type OrderStatus } from '../rules/order-state.ts';
import type { PageArgs } from '../rules/page.ts';
import type { LineKind } from '../rules/quote.ts';

export const TopupOrderStatus = Object.fromEntries(ORDER_STATUSES.map((status) => [status, status])) as {
  [S in OrderStatus]: S;
};
registerEnumType(TopupOrderStatus, {
  name: 'TopupOrderStatus',
  description: 'Where an order stands.',
  valuesConfig: {
    DRAFT: { description: 'A quote: prices are frozen until quoteExpiresAt; nothing is ordered yet.' },
    PENDING_PAYMENT: { description: 'Confirmed; waits for its payment until paymentExpiresAt.' },
    PAID: { description: 'Paid, and the quota has risen; accounting is yet to book it.' },
    COMPLETED: { description: 'Paid, credited and booked.' },
    PAYMENT_REVIEW: { description: 'A payment came that does not fit; nothing is credited until an operator decides.' },
    EXPIRED: { description: 'The quote or the time to pay ran out. A payment that comes all the same is credited.' },
    CANCELLED: { description: 'Cancelled by the buyer.' },
    REFUNDED: { description: 'The payment was given back, and the quota that was not used yet taken back.' },
  },
});

export const TopupLineKind = { TOPUP: 'TOPUP', EXCESS: 'EXCESS' } as const;
registerEnumType(TopupLineKind, {
  name: 'TopupLineKind',
  description: 'What a line is for.',
  valuesConfig: {
    TOPUP: { description: 'Raises a quota.' },
    EXCESS: { description: 'Settles what was used beyond a quota; raises nothing.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'What is bought or settled. Prices are frozen with the quote.' })
export class TopupOrderLine {
  @Field(() => ID, { description: "The line's id; new when the order is quoted anew." })
  id!: string;

  @Field(() => TopupLineKind, { description: 'What it is for.' })
  kind!: LineKind;

  @Field(() => String, { name: 'code', simple: false, description: 'The quota code.' })
  quotaCode!: string;

  @Field(() => String, { description: 'What to call it.' })
  label!: string;

  @Field(() => DecimalScalar, { description: 'Units ordered, or units of excess; rupiah for an AMOUNT.' })
  quantity!: bigint;

  @Field(() => DecimalScalar, { description: 'Units that the quota rises by; 0 for excess.' })
  credits!: bigint;

  @Field(() => Money, { description: 'Price of one unit.' })
  unitPrice!: Money;

  @Field(() => Money, { description: 'Quantity times unit price.' })
  amount!: Money;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'First day of what it buys (from the day of payment), or of the period that it settles. Asia/Jakarta.',
  })
  periodStart!: string | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: "Last day: the contract's end, the month's end, or null for ever. Asia/Jakarta.",
  })
  periodEnd!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A step of an order's timeline." })
export class TopupOrderEvent {
  @Field(() => DateTimeScalar, { description: 'When.' })
  at!: Date;

  @Field(() => TopupOrderStatus, { nullable: true, description: 'The status before; null when it was created.' })
  from!: OrderStatus | null;

  @Field(() => TopupOrderStatus, {
    description:
      'The status after; the same as before when it was quoted anew, or when an operator did something that moves nothing.',
  })
  to!: OrderStatus;

  @Field(() => String, { description: 'What caused it, e.g. `confirmOrder` or `payment: webhook`.' })
  cause!: string;
}

@ObjectType({ simpleResolvers: true, description: 'A purchase of quota, from the quote to the booked invoice.' })
@Directive('@key(fields: "id")')
export class TopupOrder {
  @Field(() => ID, { description: "The order's id." })
  id!: string;

  @Field(() => String, { description: 'A number for people, e.g. `TU-261122-7K3M-9QX4`.' })
  number!: string;

  @Field(() => Organization, { nullable: true, description: 'Whose order it is.' })
  organization!: Organization;

  @Field(() => TopupOrderStatus, { description: 'Where it stands.' })
  status!: OrderStatus;

  @Field(() => Money, { description: 'Sum of the lines that raise quotas.' })
  topupTotal!: Money;

  @Field(() => Money, { description: 'Sum of the lines that settle excess.' })
  excessTotal!: Money;

  @Field(() => Money, { description: 'What is to be paid.' })
  total!: Money;

  @Field(() => DateTimeScalar, { description: 'Until when the prices hold and the order can be confirmed.' })
  quoteExpiresAt!: Date;

  @Field(() => URLScalar, {
    nullable: true,
    description: 'Where to pay; null until there is an invoice, and once it is of no use.',
  })
  paymentUrl!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Until when it is to be paid; null before it is confirmed.',
  })
  paymentExpiresAt!: Date | null;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was confirmed.' })
  confirmedAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was paid.' })
  paidAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When accounting booked it.' })
  completedAt!: Date | null;

  @Field(() => String, { nullable: true, description: "The paid PI's number, from accounting." })
  paidInvoiceNumber!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'One order of a page.' })
export class TopupOrderEdge {
  @Field(() => String, { description: 'Opaque; what `after` takes.' })
  cursor!: string;

  @Field(() => TopupOrder, { description: 'The order.' })
  node!: TopupOrder;
}

@ObjectType({ simpleResolvers: true, description: "A page of an organization's orders, newest first (Relay)." })
export class TopupOrderConnection {
  @Field(() => [TopupOrderEdge], { description: 'The orders of this page.' })
  edges!: TopupOrderEdge[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;

  /** What totalCount counts; not part of the graph. */
  counted!: { organizationId: string; status: PageArgs['status'] };
}
