import type { Services } from '../../../src/app/services.ts';
import { toTotalExcess } from '../../../src/excess-usage/graphql/to-graphql.ts';
import { canRead, organizationToRead, requireCaller } from '../../../src/organizations/index.ts';
import { DateScalar, DateTimeScalar, DecimalScalar, URLScalar } from '../../../src/platform/graphql/scalars.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import { toTopupOption } from '../../../src/topup-options/graphql/to-graphql.ts';
import { parseOptionId } from '../../../src/topup-options/index.ts';
import { type Organization, requireRead } from './access.ts';
import { createOrderResolvers } from './order-resolvers.ts';
import type { Options } from './plain-options.ts';

interface Option {
  organizationId: string;
  code: string;
}

/**
 * By hand, and plain: a function where there is something to do, none where the default does. The very services that our own
 * resolvers call, with their loaders, caches and gates.
 */
export function createResolvers({ balances, organizations, catalogue, orders, excess }: Services, options: Options) {
  async function optionsOf(request: RequestContext, organizationId: string) {
    const offered = await options.offered(request, organizationId);
    const now = options.clock.now();
    return offered?.map((option) => toTopupOption(option, now));
  }
  const own = createOrderResolvers(orders);

  return {
    Decimal: DecimalScalar,
    DateTime: DateTimeScalar,
    Date: DateScalar,
    URL: URLScalar,
    Query: {
      ...own.Query,
      topupOptions(_root: unknown, { organizationId }: { organizationId?: string }, request: RequestContext) {
        requireRead(request);
        return optionsOf(request, organizationToRead(request, organizationId));
      },
    },
    Organization: {
      ...own.Organization,
      async __resolveReference({ id }: Organization, request: RequestContext) {
        return canRead(requireCaller(request), id) ? { id } : null;
      },
      topupOptions({ id }: Organization, _args: unknown, request: RequestContext) {
        requireRead(request);
        return optionsOf(request, id);
      },
      topupEligibility({ id }: Organization, _args: unknown, request: RequestContext) {
        requireRead(request);
        return organizations.eligibility(request, id);
      },
      async quotaBalances({ id }: Organization, _args: unknown, request: RequestContext) {
        requireRead(request);
        const [credited, rows] = await Promise.all([balances.ofOrganization(request, id), catalogue.rows()]);
        const active = rows.filter((row) => row.configuration.active).map((row) => row.configuration.code);
        const codes = new Set([...active, ...credited.keys()]);
        return [...codes].map((code) => ({ code, balance: credited.get(code) ?? 0n }));
      },
    },
    TopupOption: {
      async __resolveReference({ id }: { id: string }, request: RequestContext) {
        const parsed = parseOptionId(id);
        if (parsed === undefined || !canRead(requireCaller(request), parsed.organizationId)) return null;
        const option = await options.offeredByCode(request, parsed.organizationId, parsed.code);
        return option === undefined ? null : toTopupOption(option, options.clock.now());
      },
      balance({ organizationId, code }: Option, _args: unknown, request: RequestContext) {
        return balances.ofCode(request, organizationId, code);
      },
      async excessUsage({ organizationId, code }: Option, _args: unknown, request: RequestContext) {
        const owed = await excess.findByCode(request, organizationId, code);
        return owed && toTotalExcess(owed);
      },
    },
    ...own.types,
  };
}
