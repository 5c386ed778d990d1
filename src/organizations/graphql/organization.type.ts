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
  description: 'The reason why an organization cannot see the top-up page or place orders.',
  valuesConfig: {
    PAGE_FLAG_OFF: { description: 'The page is switched off, for everyone or for this organization.' },
    ORDER_FLAG_OFF: { description: 'Placing orders is switched off, for everyone or for this organization.' },
    ORGANIZATION_NOT_ENROLLED: { description: 'The organization is not enrolled in self top-up.' },
    BILLING_VERSION_UNSUPPORTED: { description: "The organization's billing version is not V3." },
  },
});

@ObjectType({ simpleResolvers: true, description: 'The access of an organization to self top-up.' })
export class TopupEligibility {
  @Field(() => Boolean, { description: 'True if the organization may see the top-up page.' })
  newPageEnabled!: boolean;

  @Field(() => Boolean, { description: 'True if the organization may create and confirm orders.' })
  orderingEnabled!: boolean;

  @Field(() => [TopupIneligibilityReason], {
    description: 'Every reason against the page or orders; empty if both are open.',
  })
  reasons!: IneligibilityReason[];
}

@ObjectType({ simpleResolvers: true, description: 'What a caller may do for an organization.' })
export class TopupPermissions {
  @Field(() => Boolean, { description: 'See the page and the orders.' })
  canRead!: boolean;

  @Field(() => Boolean, { description: 'Create, confirm and cancel orders, and have their payments checked.' })
  canOrder!: boolean;

  @Field(() => Boolean, { description: 'Decide on orders that wait for an approval.' })
  canApprove!: boolean;

  @Field(() => Boolean, { description: 'Read every organization, and the reasons why options are hidden.' })
  canSupport!: boolean;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'A company that uses Qontak, identified by its CID. The organizations subgraph owns it; this one adds fields.',
})
@Directive('@key(fields: "id")')
export class Organization {
  @Field(() => ID, { description: "The organization's CID." })
  id!: string;
}
