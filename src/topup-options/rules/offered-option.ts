import type { OrganizationSnapshot } from '../../clients/hub-core.ts';
import type { Rupiah } from '../../kernel/money.ts';
import type { TopupConfiguration } from '../store/topup-configuration.entity.ts';
import type { QuantityRule } from './option-value.ts';

/** A configuration after gating and pricing, for one organization. */
export interface OfferedOption {
  configuration: TopupConfiguration;
  organization: OrganizationSnapshot;
  rule: QuantityRule;
  unitPrice: Rupiah;
}
