import DataLoader from 'dataloader';
import type { Cache } from '../clients/cache/cache.ts';
import type { PackagePrice } from '../clients/mekari-billing.ts';
import { UpstreamError } from '../clients/upstream-error.ts';
import type { Rupiah } from '../kernel/money.ts';
import type { PageWait } from '../platform/server/page-wait.ts';
import { perRequest, type RequestContext } from '../platform/server/request-context.ts';

export type PriceResult = Rupiah | UpstreamError;

interface Lookup {
  packageId: string;
  fresh: boolean;
}

/** Unit prices of packages: one lookup per package and request, shared by all options, lines and organizations. */
export class Prices {
  private readonly loader = perRequest(
    (request) =>
      new DataLoader<Lookup, Rupiah, string>(
        (lookups) => Promise.all(lookups.map((lookup) => this.find(request, lookup))),
        { cacheKeyFn: ({ packageId, fresh }) => `${fresh ? 'fresh' : 'usual'} ${packageId}` },
      ),
  );

  constructor(
    private readonly cache: Cache<PackagePrice>,
    private readonly pageWait: PageWait,
  ) {}

  /** `fresh`, for an order: calls Mekari Billing now. A failure is a value, so that it drops only the rows that need this price. */
  ofPackage(request: RequestContext, packageId: string, { fresh = false } = {}): Promise<PriceResult> {
    return this.loader(request)
      .load({ packageId, fresh })
      .catch((error: UpstreamError) => error);
  }

  /** A DataLoader takes an Error as a value, to fail one lookup alone. */
  private async find(request: RequestContext, { packageId, fresh }: Lookup): Promise<PriceResult> {
    const result = fresh
      ? await this.cache.ask(packageId, { urgent: true })
      : await this.cache.get(packageId, { waitMs: this.pageWait(request) });
    if (result instanceof UpstreamError) return result;
    return result?.price ?? new UpstreamError('mekari-billing', 'rejected', 'there is no such package');
  }
}
