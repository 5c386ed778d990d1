import QuickLRU from 'quick-lru';
import type { OrganizationSnapshot } from '../clients/hub-core.ts';
import type { OrganizationsService } from '../organizations/index.ts';
import type { Flags } from '../platform/flags/flags.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import type { CatalogueRow } from './catalogue.ts';
import type { Prices } from './prices.ts';
import type { OfferedOption } from './rules/offered-option.ts';

/** Of organizations that were asked for last; some kilobytes each. */
const MAX_ORGANIZATIONS = 1500;

/** What one organization is offered, with everything that it was made of. */
export interface OptionSnapshot {
  organization: OrganizationSnapshot;
  rows: readonly CatalogueRow[];
  flags: object;
  offered: readonly OfferedOption[];
}

/**
 * What organizations are offered, for as long as nothing that it was made of has changed: the catalogue, the flags, what hub-core
 * said of the organization, and the prices, none of which is remembered here for longer than where it comes from.
 */
export class OptionSnapshots {
  private readonly byOrganization = new QuickLRU<string, OptionSnapshot>({ maxSize: MAX_ORGANIZATIONS });

  constructor(
    private readonly organizations: OrganizationsService,
    private readonly flags: Flags,
    private readonly prices: Prices,
  ) {}

  find(
    request: RequestContext,
    organizationId: string,
    rows: readonly CatalogueRow[],
  ): readonly OfferedOption[] | undefined {
    const made = this.byOrganization.get(organizationId);
    if (made === undefined || made.rows !== rows || made.flags !== this.flags.steady(request)) return undefined;
    const isSame = this.organizations.known(organizationId) === made.organization;
    return isSame && this.hasSamePrices(request, made.offered) ? made.offered : undefined;
  }

  add(made: OptionSnapshot): void {
    this.byOrganization.set(made.organization.id, made);
  }

  private hasSamePrices(request: RequestContext, offered: readonly OfferedOption[]): boolean {
    return offered.every(
      ({ configuration: { isFixedCost, packageId }, unitPrice }) =>
        isFixedCost || (packageId !== null && this.prices.known(request, packageId) === unitPrice),
    );
  }
}
