import { Directive, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import { Money } from '../../platform/graphql/money.type.ts';
import { DateTimeScalar, DecimalScalar } from '../../platform/graphql/scalars.ts';
import type { HiddenReason } from '../rules/gating.ts';

export const TopupInputKind = { AMOUNT: 'AMOUNT', CHOICE: 'CHOICE', QUANTITY: 'QUANTITY' } as const;
registerEnumType(TopupInputKind, {
  name: 'TopupInputKind',
  description: 'How the buyer says how much.',
  valuesConfig: {
    AMOUNT: { description: 'An amount of rupiah: the quantity is rupiah.' },
    CHOICE: { description: 'One of the choices.' },
    QUANTITY: { description: 'A number of units: seats, packs.' },
  },
});

export const TopupPriceSource = { FIXED: 'FIXED', MEKARI_BILLING: 'MEKARI_BILLING' } as const;
registerEnumType(TopupPriceSource, {
  name: 'TopupPriceSource',
  description: 'Where a unit price comes from.',
  valuesConfig: {
    FIXED: { description: 'From the catalogue itself, e.g. Rp1 per rupiah of balance.' },
    MEKARI_BILLING: { description: "The package's current price, at most an hour old." },
  },
});

export const QuotaType = { LIFETIME: 'LIFETIME', MONTHLY: 'MONTHLY', CONTRACT: 'CONTRACT' } as const;
registerEnumType(QuotaType, {
  name: 'QuotaType',
  description: 'How long what was bought stays valid.',
  valuesConfig: {
    LIFETIME: { description: 'Until it is used.' },
    MONTHLY: { description: 'Until the month ends, Asia/Jakarta.' },
    CONTRACT: { description: "Until the organization's contract ends." },
  },
});

export const TopupHiddenReason = {
  COMPONENT_MISSING: 'COMPONENT_MISSING',
  HIDDEN_BY_COMPONENT: 'HIDDEN_BY_COMPONENT',
  FLAG_OFF: 'FLAG_OFF',
  PRICE_UNAVAILABLE: 'PRICE_UNAVAILABLE',
  INVALID_CONFIGURATION: 'INVALID_CONFIGURATION',
  INACTIVE: 'INACTIVE',
} as const satisfies { [Reason in HiddenReason]: Reason };
registerEnumType(TopupHiddenReason, {
  name: 'TopupHiddenReason',
  description: 'Why an option is not shown to an organization.',
  valuesConfig: {
    COMPONENT_MISSING: { description: "The organization's package has none of the components that it needs." },
    HIDDEN_BY_COMPONENT: { description: 'A component of the organization hides it.' },
    FLAG_OFF: { description: 'Its feature flag is off.' },
    PRICE_UNAVAILABLE: { description: 'Its price cannot be had from Mekari Billing at the moment.' },
    INVALID_CONFIGURATION: { description: 'Its catalogue row cannot be read.' },
    INACTIVE: { description: 'Its catalogue row is switched off.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'One of the quantities that a CHOICE option offers.' })
export class TopupChoice {
  @Field(() => DecimalScalar, { description: 'Units to order.' })
  quantity!: bigint;

  @Field(() => DecimalScalar, { description: 'Units that the quota rises by.' })
  credits!: bigint;

  @Field(() => Money, { description: 'What it costs.' })
  price!: Money;
}

@ObjectType({
  simpleResolvers: true,
  description: 'Something that one organization may top up now, and at what price.',
})
@Directive('@key(fields: "id")')
export class TopupOption {
  @Field(() => ID, { description: 'Unique per organization and catalogue row.' })
  id!: string;

  @Field(() => String, { description: 'The quota code: which counter is credited.' })
  code!: string;

  @Field(() => String, { description: 'What to call it.' })
  label!: string;

  @Field(() => String, { nullable: true, description: 'More about it.' })
  description!: string | null;

  @Field(() => TopupInputKind, { description: 'How the buyer says how much.' })
  input!: keyof typeof TopupInputKind;

  @Field(() => DecimalScalar, { description: 'The least that can be ordered.' })
  minimum!: bigint;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'The most that can be ordered; null where there is no limit.',
  })
  maximum!: bigint | null;

  @Field(() => DecimalScalar, { description: 'Quantities are multiples of it.' })
  step!: bigint;

  @Field(() => Int, { description: 'Units credited per unit ordered, e.g. 1,000 dialogs per pack.' })
  multiplier!: number;

  @ListSize(5)
  @Field(() => [TopupChoice], { description: 'The quantities on offer; empty unless input is CHOICE.' })
  choices!: TopupChoice[];

  @Field(() => Money, { description: 'Price of one unit ordered.' })
  unitPrice!: Money;

  @Field(() => TopupPriceSource, { description: 'Where the price comes from.' })
  priceSource!: keyof typeof TopupPriceSource;

  @Field(() => QuotaType, { description: 'How long what is bought stays valid.' })
  quotaType!: keyof typeof QuotaType;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When what is bought now would end; null for ever, or where the organization has no contract end.',
  })
  validUntil!: Date | null;

  @Field(() => DateTimeScalar, {
    description:
      'When hub-core said what this says of the organization: components, minimum, contract. More than seconds ago only while hub-core does not answer; prices are of their own hour, and an order always asks anew.',
  })
  asOf!: Date;

  /** Whose option it is; not part of the graph. */
  organizationId!: string;
}

@ObjectType({ simpleResolvers: true, description: 'A catalogue row that an organization is not shown, for support.' })
export class HiddenTopupOption {
  @Field(() => String, { description: 'The quota code.' })
  code!: string;

  @Field(() => TopupHiddenReason, { description: 'The first thing that hides it.' })
  reason!: HiddenReason;

  @Field(() => String, { nullable: true, description: 'The same for people, with names.' })
  detail!: string | null;
}
