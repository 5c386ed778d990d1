import type { JsonObject } from '../json.ts';

export interface OrganizationKind {
  meaning: string;
  /** A merge patch of the enrolled organization, made before its order. */
  before?: JsonObject;
  /** A merge patch made after its order: such an organization could not order any more. */
  after?: JsonObject;
  /** hub-core forgets the organization after its order. */
  isForgotten?: true;
  /** The global flag that is off for it, from after its order. */
  flagOff?: string;
}

/** The kinds of organization that a page must tell apart. Each starts as a copy of 1001, which may buy everything. */
export const ORGANIZATION_KINDS = {
  enrolled: { meaning: 'may buy everything' },
  'page-flag-off': { meaning: 'the flag of the page is off for it', flagOff: 'billing_new_topup_page' },
  'order-flag-off': { meaning: 'the flag of ordering is off for it', flagOff: 'billing_new_topup' },
  'not-enrolled': { meaning: 'hub-core has not enrolled it', after: { settings: { bifrost_new_topup: false } } },
  'billing-version-unsupported': { meaning: 'its billing version is v2', after: { billing_version: 'v2' } },
  'unknown-to-hub-core': { meaning: 'hub-core does not know it', isForgotten: true },
  'with-excess': { meaning: 'owes 250,000 rupiah of WhatsApp, 120 visitors and 40 dialogs' },
  'without-components': { meaning: 'has no component', before: { components: [] } },
  'components-missing': { meaning: 'hub-core does not say which components it has', before: { components: null } },
  'unlimited-visitors': { meaning: 'has unlimited visitors', before: { components: ['waba', 'muv_unlimited'] } },
  'raised-minimum': {
    meaning: 'buys WhatsApp balance from 2,500,000 rupiah',
    before: { settings: { mcc: { is_enabled: true, minimum_value: 2_500_000 } } },
  },
  'with-approval': {
    meaning: 'asks for an approval above 1,000,000 rupiah',
    before: { settings: { topup_approval: { is_enabled: true, limit: 1_000_000 } } },
  },
  'without-contract': {
    meaning: 'has no contract, so it cannot confirm an order of users',
    before: { contract: null },
  },
} as const satisfies Record<string, OrganizationKind>;

export type OrganizationKindName = keyof typeof ORGANIZATION_KINDS;

/** The usage of `with-excess`, in the present billing period. */
export function excessOf(period: string) {
  return [
    { key: 'wa_balance_excess', period, quantity: 250_000 },
    { key: 'muv_excess', period, quantity: 120 },
    { key: 'chatbot_ai_excess', period, quantity: 40 },
  ];
}
