import { Field, ObjectType } from 'type-graphql';
import type { Translated } from '../../kernel/translated.ts';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import { Money, money } from '../../platform/graphql/money.type.ts';
import { DecimalScalar } from '../../platform/graphql/scalars.ts';
import { TopupTax } from '../../topup-options/index.ts';
import type { ChangedLine, PricedSide } from '../rules/price-change.ts';
import type { LineKind } from '../rules/quote.ts';
import { TopupLineKind } from './order.type.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'A line that changed. Its old side is null if the line came, its new side if it fell away.',
})
export class TopupPriceChangeLine {
  @Field(() => String, { description: 'The quota code.' })
  code!: string;

  /** In each language; the resolver has the field. */
  label!: Translated;

  @Field(() => TopupLineKind, { description: 'The purpose of the line.' })
  kind!: LineKind;

  @Field(() => String, { nullable: true, description: 'The billing period of excess; null for a top-up.' })
  period!: string | null;

  @Field(() => DecimalScalar, { nullable: true, description: 'Units that the buyer saw.' })
  oldQuantity!: bigint | null;

  @Field(() => DecimalScalar, { nullable: true, description: 'Units now: excess may have fallen or grown.' })
  newQuantity!: bigint | null;

  @Field(() => DecimalScalar, { nullable: true, description: 'Units by which the quota would have risen.' })
  oldCredits!: bigint | null;

  @Field(() => DecimalScalar, { nullable: true, description: 'Units by which the quota would rise now.' })
  newCredits!: bigint | null;

  @Field(() => Money, { nullable: true, description: 'Price of one unit that the buyer saw.' })
  oldUnitPrice!: Money | null;

  @Field(() => Money, { nullable: true, description: 'Price of one unit now.' })
  newUnitPrice!: Money | null;

  @Field(() => Money, { nullable: true, description: 'Quantity times unit price that the buyer saw.' })
  oldAmount!: Money | null;

  @Field(() => Money, { nullable: true, description: 'Quantity times unit price now.' })
  newAmount!: Money | null;

  @Field(() => Money, { nullable: true, description: 'All VAT on the line that the buyer saw.' })
  oldTax!: Money | null;

  @Field(() => Money, { nullable: true, description: 'All VAT on the line now.' })
  newTax!: Money | null;

  @ListSize(2)
  @Field(() => [TopupTax], {
    nullable: true,
    description: 'The taxes that the buyer saw; null unless the line stayed and its taxes changed.',
  })
  oldTaxes!: TopupTax[] | null;

  @ListSize(2)
  @Field(() => [TopupTax], {
    nullable: true,
    description: 'The taxes now; null unless the line stayed and its taxes changed.',
  })
  newTaxes!: TopupTax[] | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A change of prices, excess or taxes since the quote that the buyer saw.',
})
export class TopupPriceChange {
  @Field(() => Money, { description: 'The total that the buyer saw.' })
  oldTotal!: Money;

  @Field(() => Money, { description: 'The total at current prices.' })
  newTotal!: Money;

  @ListSize(5)
  @Field(() => [TopupPriceChangeLine], {
    description: 'The lines that changed, in the order of the new quote; lines that fell away come last.',
  })
  lines!: TopupPriceChangeLine[];
}

export function toPriceChangeLine({
  code,
  label,
  kind,
  period,
  before,
  after,
  hasOtherTaxes,
}: ChangedLine): TopupPriceChangeLine {
  const taxes = (side: PricedSide | null) => (hasOtherTaxes && side !== null ? [...side.taxes] : null);
  return {
    code,
    label,
    kind,
    period,
    oldQuantity: before?.quantity ?? null,
    newQuantity: after?.quantity ?? null,
    oldCredits: before?.credits ?? null,
    newCredits: after?.credits ?? null,
    oldUnitPrice: before && money(before.unitPrice),
    newUnitPrice: after && money(after.unitPrice),
    oldAmount: before && money(before.amount),
    newAmount: after && money(after.amount),
    oldTax: before && money(before.tax),
    newTax: after && money(after.tax),
    oldTaxes: taxes(before),
    newTaxes: taxes(after),
  };
}
