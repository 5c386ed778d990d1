import DataLoader from 'dataloader';
import type { CachedLookup, LoadOptions } from '../clients/cache/cached.ts';
import type { PackagePrice } from '../clients/mekari-billing.ts';
import { UpstreamError } from '../clients/upstream-error.ts';
import type { Rupiah } from '../kernel/money.ts';
import type { PageWait } from '../platform/server/page-wait.ts';
import { perRequest, type RequestContext } from '../platform/server/request-context.ts';

export type PriceResult = Rupiah | UpstreamError;

/** Packages' unit prices: each asked for once per request, however many options, lines and organizations need it. */
export class Prices {
  private readonly shown = perRequest((request) => this.loader(() => ({ waitMs: this.pageWait(request) })));
  private readonly current = perRequest(() => this.loader(() => ({ fresh: true, urgent: true })));

  private readonly peeked = perRequest(() => new Map<string, Rupiah | undefined>());

  constructor(
    private readonly lookup: CachedLookup<PackagePrice>,
    private readonly pageWait: PageWait,
  ) {}

  /** Never rejects: a price that cannot be had is a value, which drops the rows that need it and no other. */
  async ofPackage(request: RequestContext, packageId: string, options?: { fresh?: boolean }): Promise<PriceResult> {
    const loader = options?.fresh ? this.current(request) : this.shown(request);
    return loader.load(packageId).catch((error: UpstreamError) => error);
  }

  /** What ofPackage() would answer, where that is known without waiting: looked up once per request, as the others are. */
  known(request: RequestContext, packageId: string): Rupiah | undefined {
    const found = this.peeked(request);
    if (!found.has(packageId)) found.set(packageId, this.lookup.peek(packageId)?.price);
    return found.get(packageId);
  }

  private loader(how: () => LoadOptions): DataLoader<string, Rupiah> {
    return new DataLoader<string, Rupiah>(async (packageIds) => {
      const found = await this.lookup.loadMany(packageIds, how());
      return found.map((result) => {
        if (result instanceof UpstreamError) return result;
        return result?.price ?? new UpstreamError('mekari-billing', 'rejected', 'there is no such package');
      });
    });
  }
}
