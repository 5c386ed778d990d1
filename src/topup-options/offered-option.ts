import type { OrganizationSnapshot } from '../clients/hub-core.ts';
import type { Rupiah } from '../kernel/money.ts';
import type { QuantityRule } from './option-value.ts';
import type { TopupConfiguration } from './topup-configuration.entity.ts';

/** A configuration after gating and pricing, for one organization. */
export interface OfferedOption {
  configuration: TopupConfiguration;
  organization: OrganizationSnapshot;
  rule: QuantityRule;
  unitPrice: Rupiah;
}
