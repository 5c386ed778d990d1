import { Args, ArgsType, Ctx, Field, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { QUOTA_CODE } from '../../kernel/quota-code.ts';
import type { LedgerPageArgs, QuotaLedgerEntry as LedgerRow } from '../../ledger/index.ts';
import { type OrdersLoaders, TopupOrderType, toTopupOrder } from '../../orders/index.ts';
import { Organization } from '../../organizations/index.ts';
import { RequiresRead } from '../../platform/graphql/access-directives.ts';
import { PageSize } from '../../platform/graphql/limits/list-size.ts';
import { cursorOf, FIRST_OPTIONS, pageInfo, pageSize, parseCursor } from '../../platform/graphql/page.ts';
import { SemanticNonNull } from '../../platform/graphql/semantic-non-null.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import { operatorReason, type StatementLoaders } from '../loaders.ts';
import { QuotaLedgerConnection, QuotaLedgerEntry } from './quota-ledger.type.ts';

@ArgsType()
class QuotaLedgerArgs {
  @Field(() => Int, FIRST_OPTIONS)
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last entry on the previous page.' })
  after?: string | null;

  @Field(() => String, { nullable: true, description: 'The quota whose entries to show; null for all.' })
  code?: string | null;
}

@Resolver(() => Organization)
export class QuotaLedgerResolver {
  constructor(private readonly statement: StatementLoaders) {}

  @RequiresRead()
  @PageSize()
  @SemanticNonNull()
  @FieldResolver(() => QuotaLedgerConnection, {
    nullable: true,
    description:
      "The organization's statement: what its orders credited, settled and took back, newest first, with the balance after each entry.",
  })
  async quotaLedger(
    @Root() { id }: Organization,
    @Args(() => QuotaLedgerArgs) args: QuotaLedgerArgs,
    @Ctx() request: RequestContext,
  ): Promise<QuotaLedgerConnection> {
    const page = ledgerPageArgs(args);
    const { entries, hasNextPage } = await this.statement.page(request, id, page);
    const edges = entries.map((entry) => ({ cursor: cursorOf(entry), node: toQuotaLedgerEntry(entry) }));
    return { edges, pageInfo: pageInfo(edges, page.after, hasNextPage) };
  }
}

@Resolver(() => QuotaLedgerEntry)
export class QuotaLedgerEntryResolver {
  constructor(
    private readonly statement: StatementLoaders,
    private readonly orders: OrdersLoaders,
  ) {}

  @FieldResolver(() => TopupOrderType, { nullable: true, description: 'The order that caused the entry.' })
  async order(@Root() { orderLineId }: QuotaLedgerEntry, @Ctx() request: RequestContext) {
    const { orderId } = await this.statement.orderOf(request, orderLineId);
    const order = await this.orders.visible(request, orderId);
    return order && toTopupOrder(order);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The reason that an operator gave, for a refund or for the approval of a payment; null without one.',
  })
  async reason(@Root() { orderLineId, kind }: QuotaLedgerEntry, @Ctx() request: RequestContext) {
    return operatorReason(kind, await this.statement.orderOf(request, orderLineId));
  }
}

function ledgerPageArgs({ first, after, code }: QuotaLedgerArgs): LedgerPageArgs {
  if (typeof after === 'string') parseCursor(after);
  return {
    first: pageSize(first),
    after: after ?? undefined,
    code: typeof code === 'string' ? quotaCodeOf(code) : undefined,
  };
}

/** Returns the empty code, which no quota has, for a text that cannot be a code. PostgreSQL would refuse one with a NUL. */
const quotaCodeOf = (text: string): string => (QUOTA_CODE.test(text) ? text : '');

function toQuotaLedgerEntry(row: LedgerRow): QuotaLedgerEntry {
  const { id, createdAt: at, quotaCode: code, kind, quantity, balanceAfter, orderLineId } = row;
  return { id, at, code, kind, quantity, balanceAfter, orderLineId };
}
