import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { IneligibilityReason } from '../rules/eligibility.ts';

export const TopupIneligibilityReason = {
  PAGE_FLAG_OFF: 'PAGE_FLAG_OFF',
  ORDER_FLAG_OFF: 'ORDER_FLAG_OFF',
  ORGANIZATION_NOT_ENROLLED: 'ORGANIZATION_NOT_ENROLLED',
  BILLING_VERSION_UNSUPPORTED: 'BILLING_VERSION_UNSUPPORTED',
} as const satisfies { [Reason in IneligibilityReason]: Reason };

registerEnumType(TopupIneligibilityReason, {
  name: 'TopupIneligibilityReason',
  description: 'Why an organization cannot see the top-up page or place orders.',
  valuesConfig: {
    PAGE_FLAG_OFF: { description: 'The page is switched off, for everyone or for this organization.' },
    ORDER_FLAG_OFF: { description: 'Placing orders is switched off, for everyone or for this organization.' },
    ORGANIZATION_NOT_ENROLLED: { description: 'The organization is not enrolled in self top-up.' },
    BILLING_VERSION_UNSUPPORTED: { description: "The organization's billing version is not V3." },
  },
});

@ObjectType({ simpleResolvers: true, description: 'Whether an organization may use self top-up, and if not, why.' })
export class TopupEligibility {
  @Field(() => Boolean, { description: 'Whether the top-up page is to be shown.' })
  newPageEnabled!: boolean;

  @Field(() => Boolean, { description: 'Whether orders can be created and confirmed.' })
  orderingEnabled!: boolean;

  @Field(() => [TopupIneligibilityReason], {
    description: 'Everything that stands in the way; empty when nothing does.',
  })
  reasons!: IneligibilityReason[];
}

@ObjectType({
  simpleResolvers: true,
  description:
    'A company that uses Qontak, known by its CID. Owned by the organizations subgraph; top-up adds its part.',
})
@Directive('@key(fields: "id")')
export class Organization {
  @Field(() => ID, { description: "The organization's CID." })
  id!: string;
}
