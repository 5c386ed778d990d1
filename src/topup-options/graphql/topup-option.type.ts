import { Directive, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Translations } from '../../kernel/translated.ts';
import { ForSupport } from '../../platform/graphql/access-directives.ts';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import { Money } from '../../platform/graphql/money.type.ts';
import { DateTimeScalar, DecimalScalar } from '../../platform/graphql/scalars.ts';
import type { HiddenReason } from '../rules/gating.ts';

export const TopupInputKind = { AMOUNT: 'AMOUNT', CHOICE: 'CHOICE', QUANTITY: 'QUANTITY' } as const;
registerEnumType(TopupInputKind, {
  name: 'TopupInputKind',
  description: 'The way in which the buyer chooses a quantity.',
  valuesConfig: {
    AMOUNT: { description: 'The buyer enters an amount; the quantity is rupiah.' },
    CHOICE: { description: 'The buyer picks one of the choices.' },
    QUANTITY: { description: 'The buyer enters a number of units, e.g. seats or packs.' },
  },
});

export const TopupPriceSource = { FIXED: 'FIXED', MEKARI_BILLING: 'MEKARI_BILLING' } as const;
registerEnumType(TopupPriceSource, {
  name: 'TopupPriceSource',
  description: 'The source of a unit price.',
  valuesConfig: {
    FIXED: { description: 'The catalogue sets the price, e.g. Rp1 per rupiah of balance.' },
    MEKARI_BILLING: {
      description: 'Mekari Billing sets the price of the package; a listed price is at most an hour old.',
    },
  },
});

export const QuotaType = { LIFETIME: 'LIFETIME', MONTHLY: 'MONTHLY', CONTRACT: 'CONTRACT' } as const;
registerEnumType(QuotaType, {
  name: 'QuotaType',
  description: 'The time for which a top-up stays valid.',
  valuesConfig: {
    LIFETIME: { description: 'Valid until it is used.' },
    MONTHLY: { description: 'Valid until the month ends in Asia/Jakarta.' },
    CONTRACT: { description: "Valid until the organization's contract ends." },
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
  description: 'The reason why an option is hidden from an organization.',
  valuesConfig: {
    COMPONENT_MISSING: { description: "The organization's package has none of the components that it needs." },
    HIDDEN_BY_COMPONENT: { description: 'A component of the organization hides it.' },
    FLAG_OFF: { description: 'Its feature flag is off.' },
    PRICE_UNAVAILABLE: { description: 'Mekari Billing gives no price for it at the moment.' },
    INVALID_CONFIGURATION: { description: 'Its catalogue row is invalid.' },
    INACTIVE: { description: 'Its catalogue row is switched off.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'One of the quantities that a CHOICE option offers.' })
export class TopupChoice {
  @Field(() => DecimalScalar, { description: 'Units to order.' })
  quantity!: bigint;

  @Field(() => DecimalScalar, { description: 'Units credited to the quota.' })
  credits!: bigint;

  @Field(() => Money, { description: 'Price of this quantity.' })
  price!: Money;
}

export const TopupTaxKind = { VAT: 'VAT', WITHHOLDING: 'WITHHOLDING' } as const;
registerEnumType(TopupTaxKind, {
  name: 'TopupTaxKind',
  description: 'The kind of a tax.',
  valuesConfig: {
    VAT: { description: 'Value added tax (PPN), within the price or on top of it.' },
    WITHHOLDING: {
      description:
        'Income tax (PPh 23) that the buyer may declare to keep back and to pay to the state: `CreateTopupOrderInput.withholding`.',
    },
  },
});

@ObjectType({ simpleResolvers: true, description: 'A tax on what is bought.' })
export class TopupTax {
  @Field(() => String, { description: 'The code of the tax, e.g. `PPN`.' })
  code!: string;

  @Field(() => TopupTaxKind, { description: 'The kind of the tax.' })
  kind!: keyof typeof TopupTaxKind;

  @Field(() => String, { description: 'The share of the base, as decimal text: `0.11` is 11 %.' })
  rate!: string;

  @Field(() => Boolean, { description: 'True if the price includes the tax.' })
  included!: boolean;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A quota that one organization may top up now, with its price and its limits.',
})
@Directive('@key(fields: "id")')
export class TopupOption {
  @Field(() => ID, { description: 'Unique per organization and catalogue row.' })
  id!: string;

  @Field(() => String, { description: 'The code of the quota that a top-up credits.' })
  code!: string;

  /** Texts without a language; the resolvers have the fields. */
  label!: string;
  labelTranslations!: Translations | null;
  description!: string | null;
  descriptionTranslations!: Translations | null;

  @Field(() => TopupInputKind, { description: 'The way in which the buyer chooses a quantity.' })
  input!: keyof typeof TopupInputKind;

  @Field(() => DecimalScalar, { description: 'The smallest quantity that can be ordered.' })
  minimum!: bigint;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'The largest quantity that can be ordered; null if there is no limit.',
  })
  maximum!: bigint | null;

  @Field(() => DecimalScalar, { description: 'Every quantity is a multiple of this.' })
  step!: bigint;

  @Field(() => Int, { description: 'Units credited per unit ordered, e.g. 1,000 dialogs per pack.' })
  multiplier!: number;

  @ListSize(5)
  @Field(() => [TopupChoice], { description: 'The quantities on offer; empty unless input is CHOICE.' })
  choices!: TopupChoice[];

  @Field(() => Money, { description: 'Price of one unit ordered.' })
  unitPrice!: Money;

  @ListSize(2)
  @Field(() => [TopupTax], { description: 'The taxes on it. Prices are without a tax that is not included.' })
  taxes!: TopupTax[];

  @Field(() => TopupPriceSource, { description: 'The source of the unit price.' })
  priceSource!: keyof typeof TopupPriceSource;

  @Field(() => QuotaType, { description: 'The time for which a top-up stays valid.' })
  quotaType!: keyof typeof QuotaType;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The time at which a top-up bought now ends; null if it never ends, or if the organization has no contract end.',
  })
  validUntil!: Date | null;

  @Field(() => DateTimeScalar, {
    description:
      'The time of the hub-core data used here: components, minimum, contract. It is older than a few seconds only while hub-core does not answer. Prices have their own age, and an order always reads both anew.',
  })
  asOf!: Date;

  /** The owner of the option; not part of the graph. */
  organizationId!: string;
}

export const TopupUnavailableReason = { PRICE_UNAVAILABLE: 'PRICE_UNAVAILABLE' } as const;
registerEnumType(TopupUnavailableReason, {
  name: 'TopupUnavailableReason',
  description: 'The reason why an option cannot be bought at the moment.',
  valuesConfig: { PRICE_UNAVAILABLE: { description: 'Mekari Billing gives no price for it at the moment.' } },
});

@ObjectType({
  simpleResolvers: true,
  description:
    'An option that the organization could buy if its price were known: a page names it instead of its price.',
})
export class UnavailableTopupOption {
  @Field(() => String, { description: 'The quota code.' })
  code!: string;

  /** The text without a language; the resolver has the field. */
  label!: string;
  labelTranslations!: Translations | null;

  @Field(() => TopupUnavailableReason, { description: 'The reason, for programs.' })
  reason!: keyof typeof TopupUnavailableReason;

  @Field(() => Boolean, { description: 'True if the option may be back later without a change of the catalogue.' })
  retryable!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'A catalogue row that is hidden from an organization, for support.' })
@ForSupport()
export class HiddenTopupOption {
  @Field(() => String, { description: 'The quota code.' })
  code!: string;

  @Field(() => TopupHiddenReason, { description: 'The first reason that applies.' })
  reason!: HiddenReason;

  @Field(() => String, {
    nullable: true,
    description: 'The reason in words, with the flag or the components concerned.',
  })
  detail!: string | null;
}
