import DataLoader from 'dataloader';
import type { Cache } from '../clients/cache/cache.ts';
import type { PackagePrice } from '../clients/mekari-billing.ts';
import { UpstreamError } from '../clients/upstream-error.ts';
import type { Rupiah } from '../kernel/money.ts';
import type { PageWait } from '../platform/server/page-wait.ts';
import { perRequest, type RequestContext } from '../platform/server/request-context.ts';

export type PriceResult = Rupiah | UpstreamError;

interface Question {
  packageId: string;
  fresh: boolean;
}

/** Packages' unit prices: each asked for once per request, however many options, lines and organizations need it. */
export class Prices {
  private readonly loader = perRequest(
    (request) =>
      new DataLoader<Question, Rupiah, string>(
        (questions) => Promise.all(questions.map((question) => this.find(request, question))),
        { cacheKeyFn: ({ packageId, fresh }) => `${fresh ? 'fresh' : 'usual'} ${packageId}` },
      ),
  );

  constructor(
    private readonly cache: Cache<PackagePrice>,
    private readonly pageWait: PageWait,
  ) {}

  /**
   * `fresh`: asked of Mekari Billing now, for an order. Never rejects: a price that cannot be had is a value, which drops the
   * rows that need it and no other.
   */
  ofPackage(request: RequestContext, packageId: string, { fresh = false } = {}): Promise<PriceResult> {
    return this.loader(request)
      .load({ packageId, fresh })
      .catch((error: UpstreamError) => error);
  }

  /** An UpstreamError as a value is the loader's way to fail one question alone. */
  private async find(request: RequestContext, { packageId, fresh }: Question): Promise<PriceResult> {
    const found = fresh
      ? await this.cache.ask(packageId, { urgent: true })
      : await this.cache.get(packageId, { waitMs: this.pageWait(request) });
    if (found instanceof UpstreamError) return found;
    return found?.price ?? new UpstreamError('mekari-billing', 'rejected', 'there is no such package');
  }
}
