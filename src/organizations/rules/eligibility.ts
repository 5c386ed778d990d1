import type { OrganizationSnapshot } from '../../clients/hub-core.ts';
import type { FlagSnapshot } from '../../platform/flags/flags.ts';

export type IneligibilityReason =
  | 'PAGE_FLAG_OFF'
  | 'ORDER_FLAG_OFF'
  | 'ORGANIZATION_NOT_ENROLLED'
  | 'BILLING_VERSION_UNSUPPORTED';

export interface Eligibility {
  newPageEnabled: boolean;
  orderingEnabled: boolean;
  /** Every closed gate. */
  reasons: IneligibilityReason[];
}

/** The flags of the page and of placing orders (domain.md 7). */
export const PAGE_FLAG = 'billing_new_topup_page';
export const ORDER_FLAG = 'billing_new_topup';
/** The flags that eligibility() needs in its snapshot. */
export const ELIGIBILITY_FLAGS = [PAGE_FLAG, ORDER_FLAG];
const SUPPORTED_BILLING_VERSION = 'v3';

/** The gates of a whole organization (domain.md 7). Ordering needs the page too, because the page shows the prices. */
export function eligibility(
  organization: Pick<OrganizationSnapshot, 'enrolled' | 'billingVersion'>,
  flags: FlagSnapshot,
): Eligibility {
  const reasons: IneligibilityReason[] = [];
  if (!flags.isOn(PAGE_FLAG)) reasons.push('PAGE_FLAG_OFF');
  if (!flags.isOn(ORDER_FLAG)) reasons.push('ORDER_FLAG_OFF');
  if (!organization.enrolled) reasons.push('ORGANIZATION_NOT_ENROLLED');
  if (organization.billingVersion !== SUPPORTED_BILLING_VERSION) reasons.push('BILLING_VERSION_UNSUPPORTED');
  return {
    newPageEnabled: reasons.every((reason) => reason === 'ORDER_FLAG_OFF'),
    orderingEnabled: reasons.length === 0,
    reasons,
  };
}
