import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { Translations } from '../../kernel/translated.ts';
import { Organization } from '../../organizations/index.ts';
import { Money } from '../../platform/graphql/money.type.ts';
import { PageInfo } from '../../platform/graphql/page-info.type.ts';
import { DateScalar, DateTimeScalar, DecimalScalar, URLScalar } from '../../platform/graphql/scalars.ts';
import type { ApprovalState } from '../rules/approval.ts';
import { ORDER_STATUSES, type OrderStatus, REVIEW_REASONS, type ReviewReason } from '../rules/order-state.ts';
import type { OrderFilter } from '../rules/page.ts';
import { type LineKind, WITHHOLDINGS, type Withholding } from '../rules/quote.ts';

export const TopupOrderStatus = Object.fromEntries(ORDER_STATUSES.map((status) => [status, status])) as {
  [S in OrderStatus]: S;
};
registerEnumType(TopupOrderStatus, {
  name: 'TopupOrderStatus',
  description: 'The status of an order.',
  valuesConfig: {
    DRAFT: { description: 'A quote: prices are frozen until quoteExpiresAt, and nothing is ordered yet.' },
    PENDING_PAYMENT: { description: 'Confirmed, and awaits its payment until paymentExpiresAt.' },
    PAID: { description: 'Paid and credited; accounting has not booked it yet.' },
    COMPLETED: { description: 'Paid, credited and booked.' },
    PAYMENT_REVIEW: {
      description:
        'A payment does not match the order or cannot be read; nothing is credited until the rest comes in or an operator decides.',
    },
    EXPIRED: {
      description:
        'The quote or the time to pay ran out, or its invoice ended at Mekari Pay. A late payment is credited if the order was confirmed.',
    },
    CANCELLED: {
      description:
        'Cancelled by the buyer or an operator, or because its invoice is void or was refused. A late payment is credited if the order was confirmed.',
    },
    REFUNDED: {
      description:
        'Refunded by an operator, who takes back unused quota that was credited, or because Mekari Pay gave back all that had come in before a credit.',
    },
  },
});

export const TopupReviewReason = Object.fromEntries(REVIEW_REASONS.map((reason) => [reason, reason])) as {
  [R in ReviewReason]: R;
};
registerEnumType(TopupReviewReason, {
  name: 'TopupReviewReason',
  description: 'The reason why an order is under review.',
  valuesConfig: {
    UNDERPAID: { description: 'Less came in than is to be paid: `outstanding` is missing.' },
    WRONG_CURRENCY: { description: 'A payment came in another currency, or a notice named one.' },
    UNREADABLE: {
      description: "The provider's answers cannot be read, or show nothing of a payment that it gave notice of.",
    },
  },
});

export const TopupLineKind = { TOPUP: 'TOPUP', EXCESS: 'EXCESS' } as const;
registerEnumType(TopupLineKind, {
  name: 'TopupLineKind',
  description: 'The purpose of a line.',
  valuesConfig: {
    TOPUP: { description: 'Raises a quota.' },
    EXCESS: { description: 'Settles usage beyond a quota; raises nothing.' },
  },
});

export const TopupWithholding = Object.fromEntries(WITHHOLDINGS.map((withholding) => [withholding, withholding])) as {
  [W in Withholding]: W;
};
registerEnumType(TopupWithholding, {
  name: 'TopupWithholding',
  description: 'A tax that the buyer keeps back and pays to the state in our name.',
  valuesConfig: { PPH_23: { description: 'Income tax article 23 (PPh 23).' } },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A purchase of quota, or a settlement of excess. Prices are frozen with the quote.',
})
export class TopupOrderLine {
  @Field(() => ID, { description: "The line's id; a new quote of the order changes it." })
  id!: string;

  @Field(() => TopupLineKind, { description: 'The purpose of the line.' })
  kind!: LineKind;

  @Field(() => String, { name: 'code', simple: false, description: 'The quota code.' })
  quotaCode!: string;

  /** The text without a language; the resolver has the field. */
  label!: string;
  labelTranslations!: Translations | null;

  @Field(() => DecimalScalar, { description: 'Units ordered, or units of excess; rupiah for an AMOUNT.' })
  quantity!: bigint;

  @Field(() => DecimalScalar, { description: 'Units that the quota rises by; 0 for excess.' })
  credits!: bigint;

  @Field(() => Money, { description: 'Price of one unit.' })
  unitPrice!: Money;

  @Field(() => Money, { description: 'Quantity times unit price. Without a tax that is added to it.' })
  amount!: Money;

  @Field(() => Money, { description: 'The base of the taxes: the amount without VAT.' })
  taxBase!: Money;

  @Field(() => Money, { description: 'All VAT on the line, within the amount and on top of it.' })
  tax!: Money;

  @Field(() => Money, { description: 'The tax that the buyer keeps back.' })
  withheld!: Money;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'First day of the period that it buys (from the day of payment) or settles. Asia/Jakarta.',
  })
  periodStart!: string | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'Last day: the end of the contract or of the month; null if there is no end. Asia/Jakarta.',
  })
  periodEnd!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A purchase of quota, from the quote to the booked invoice.' })
@Directive('@key(fields: "id")')
export class TopupOrder {
  @Field(() => ID, { description: "The order's id." })
  id!: string;

  @Field(() => String, { description: 'A number for people, e.g. `TU-261122-7K3M-9QX4`.' })
  number!: string;

  @Field(() => Organization, { nullable: true, description: 'The organization that owns the order.' })
  organization!: Organization;

  @Field(() => String, { nullable: true, description: "The buyer's own number for this purchase." })
  purchaseOrderNumber!: string | null;

  @Field(() => TopupOrderStatus, { description: 'The current status.' })
  status!: OrderStatus;

  @Field(() => Money, { description: 'Sum of the lines that raise quotas.' })
  topupTotal!: Money;

  @Field(() => Money, { description: 'Sum of the lines that settle excess.' })
  excessTotal!: Money;

  @Field(() => Money, { description: 'Sum of all VAT, within the amounts and on top of them.' })
  taxTotal!: Money;

  @Field(() => Money, { description: 'Sum of all lines and of the VAT on top of them.' })
  total!: Money;

  @Field(() => TopupWithholding, { nullable: true, description: 'The tax that the buyer declared to keep back.' })
  withholding!: Withholding | null;

  @Field(() => Money, { description: 'Sum of what the buyer keeps back.' })
  withheldTotal!: Money;

  @Field(() => Money, {
    description: 'The amount to pay, `total` less `withheldTotal`: its receipt settles the order.',
  })
  payable!: Money;

  @Field(() => TopupReviewReason, {
    nullable: true,
    description: 'The reason of a review; null in every other status.',
  })
  reviewReason!: ReviewReason | null;

  @Field(() => DateTimeScalar, {
    description: 'The end of the time in which the prices hold and the order can be confirmed.',
  })
  quoteExpiresAt!: Date;

  @Field(() => URLScalar, {
    nullable: true,
    description:
      'The payment page, also for the rest of an underpaid order; null before there is an invoice, and when nothing is to be paid by it.',
  })
  paymentUrl!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The payment deadline; null before the order is confirmed.',
  })
  paymentExpiresAt!: Date | null;

  /** The resolver of `approval` reads it. */
  approvalState!: ApprovalState | null;

  /** null after a mutation: the resolver then reads it. */
  changedAt!: Date | null;

  @Field(() => DateTimeScalar, { description: 'The time of creation.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time of confirmation.' })
  confirmedAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time of payment.' })
  paidAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time at which accounting booked the order.' })
  completedAt!: Date | null;

  @Field(() => String, { nullable: true, description: "The paid PI's number, from accounting." })
  paidInvoiceNumber!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'One order of a page.' })
export class TopupOrderEdge {
  @Field(() => String, { description: 'An opaque cursor for `after`.' })
  cursor!: string;

  @Field(() => TopupOrder, { description: 'The order.' })
  node!: TopupOrder;
}

@ObjectType({ simpleResolvers: true, description: "A page of an organization's orders, newest first (Relay)." })
export class TopupOrderConnection {
  @Field(() => [TopupOrderEdge], { description: 'The orders of this page.' })
  edges!: TopupOrderEdge[];

  @Field(() => PageInfo, { description: 'The position of the page.' })
  pageInfo!: PageInfo;

  /** Arguments of totalCount; not part of the graph. */
  countArgs!: { organizationId: string; filter: OrderFilter };
}
