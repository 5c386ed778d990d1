import type { OrganizationSnapshot } from '../clients/hub-core.ts';
import type { OrganizationsService } from '../organizations/index.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import type { Catalogue } from './catalogue.ts';
import type { EvaluatedOptions, EvaluateOptions } from './evaluate-options.ts';

/** The options that an order names, from a new read of the catalogue and the prices. */
export class SelectOrderable {
  constructor(
    private readonly organizations: OrganizationsService,
    private readonly catalogue: Catalogue,
    private readonly options: EvaluateOptions,
  ) {}

  /** undefined if the organization may not order. */
  async orderable(
    request: RequestContext,
    organization: OrganizationSnapshot,
    codes: ReadonlySet<string>,
  ): Promise<EvaluatedOptions | undefined> {
    const eligible = await this.organizations.eligibilityOf(organization);
    if (!eligible.orderingEnabled) return undefined;
    const rows = await this.catalogue.rowsNow();
    const wanted = rows.filter(({ configuration }) => codes.has(configuration.code));
    return this.options.evaluate(request, wanted, organization, { fresh: true });
  }
}
