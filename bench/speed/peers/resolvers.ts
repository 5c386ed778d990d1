import { type Organization, requireRead } from './access.ts';
import type { Backend } from './backend.ts';
import { createOrderResolvers } from './order-resolvers.ts';
import { canRead, organizationToRead, type RequestContext, requireCaller } from './support/request.ts';
import { DateScalar, DateTimeScalar, DecimalScalar, URLScalar } from './support/scalars.ts';
import { parseOptionId, toExcessUsages, toTopupOption, toTotalExcess } from './support/to-graphql.ts';

interface Option {
  organizationId: string;
  code: string;
}

type Parts = Pick<Backend, 'options' | 'organizations' | 'rowsOf' | 'excess' | 'balances' | 'orders'>;

/** By hand, and plain: a function where there is something to do, none where the default does. */
export function createResolvers({ options, organizations, rowsOf, excess, balances, orders }: Parts) {
  async function optionsOf(request: RequestContext, organizationId: string) {
    const offered = await options.offered(request, organizationId);
    const now = new Date();
    return offered?.map((option) => toTopupOption(option, now));
  }
  async function excessOf(request: RequestContext, organizationId: string) {
    const rows = (await excess.shown(request, organizationId))?.flatMap(toExcessUsages);
    return rows?.map((row) => ({ ...row, id: `${organizationId}:${row.code}:${row.period}` }));
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
      excessUsages(_root: unknown, { organizationId }: { organizationId?: string }, request: RequestContext) {
        requireRead(request);
        return excessOf(request, organizationToRead(request, organizationId));
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
      excessUsages({ id }: Organization, _args: unknown, request: RequestContext) {
        requireRead(request);
        return excessOf(request, id);
      },
      topupEligibility({ id }: Organization, _args: unknown, request: RequestContext) {
        requireRead(request);
        return organizations.eligibility(request, id);
      },
      async quotaBalances({ id }: Organization, _args: unknown, request: RequestContext) {
        requireRead(request);
        const [credited, rows] = await Promise.all([balances.ofOrganization(request, id), rowsOf(request)]);
        const active = rows.filter((row) => row.active).map((row) => row.code);
        const codes = new Set([...active, ...credited.keys()]);
        return [...codes].map((code) => ({ code, balance: credited.get(code) ?? 0n }));
      },
    },
    TopupOption: {
      async __resolveReference({ id }: { id: string }, request: RequestContext) {
        const parsed = parseOptionId(id);
        if (parsed === undefined || !canRead(requireCaller(request), parsed.organizationId)) return null;
        const option = await options.offeredByCode(request, parsed.organizationId, parsed.code);
        return option === undefined ? null : toTopupOption(option, new Date());
      },
      balance({ organizationId, code }: Option, _args: unknown, request: RequestContext) {
        return balances.ofCode(request, organizationId, code);
      },
      async excessUsage({ organizationId, code }: Option, _args: unknown, request: RequestContext) {
        const owed = await excess.shownOfCode(request, organizationId, code);
        return owed && { ...toTotalExcess(owed), id: `${organizationId}:${code}` };
      },
    },
    ...own.types,
  };
}
