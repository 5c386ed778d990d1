import { Field, ID, ObjectType } from 'type-graphql';
import type { Translations } from '../../kernel/translated.ts';
import { Money } from '../../platform/graphql/money.type.ts';
import { DateTimeScalar, DecimalScalar } from '../../platform/graphql/scalars.ts';

@ObjectType({ simpleResolvers: true, description: 'Usage beyond a quota that an organization still owes.' })
export class ExcessUsage {
  @Field(() => ID, { description: 'Unique per organization, quota and period, and per order that claims it.' })
  id!: string;

  @Field(() => String, { description: 'The quota code.' })
  code!: string;

  /** The text without a language; the resolver has the field. */
  label!: string;
  labelTranslations!: Translations | null;

  @Field(() => String, {
    description: 'The billing period, e.g. `2026-11`; `2026-10/2026-11` where an option sums up several.',
  })
  period!: string;

  @Field(() => DecimalScalar, { description: 'Units used beyond the quota; rupiah if the quota is rupiah.' })
  quantity!: bigint;

  @Field(() => Money, { description: 'Current price of one unit; the frozen price if an order carries the excess.' })
  unitPrice!: Money;

  @Field(() => Money, { description: 'Amount owed.' })
  amount!: Money;

  @Field(() => DateTimeScalar, {
    description:
      'The time of the hub-core data used here. It is older than a few seconds only while hub-core does not answer.',
  })
  asOf!: Date;

  /** The id behind `claimedBy`; not part of the graph. */
  orderId!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The sum of what an organization owes beyond its quotas.' })
export class ExcessSummary {
  @Field(() => Money, { description: 'All that is owed, with what orders claim.' })
  total!: Money;

  @Field(() => Money, { description: 'The part that orders carry which await their payment.' })
  claimed!: Money;

  @Field(() => Boolean, {
    description: 'False if the excess of some quota is not known or has no price at the moment: more may be owed.',
  })
  isComplete!: boolean;
}
