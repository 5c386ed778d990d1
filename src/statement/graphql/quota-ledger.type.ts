import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { LedgerKind } from '../../ledger/index.ts';
import { PageInfo } from '../../platform/graphql/page-info.type.ts';
import { DateTimeScalar, SignedDecimalScalar } from '../../platform/graphql/scalars.ts';

export const QuotaLedgerEntryKind = {
  TOPUP: 'TOPUP',
  EXCESS_SETTLEMENT: 'EXCESS_SETTLEMENT',
  REFUND: 'REFUND',
} as const satisfies { [K in LedgerKind]: K };
registerEnumType(QuotaLedgerEntryKind, {
  name: 'QuotaLedgerEntryKind',
  description: 'The kind of an entry.',
  valuesConfig: {
    TOPUP: { description: 'A paid top-up raised the quota.' },
    EXCESS_SETTLEMENT: { description: 'A paid order settled usage beyond the quota; the balance stays as it was.' },
    REFUND: { description: 'A refund took unused units back; the quantity is negative.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A change of a quota, or a settlement of its excess. It never changes.',
})
export class QuotaLedgerEntry {
  @Field(() => ID, { description: "The entry's id." })
  id!: string;

  @Field(() => DateTimeScalar, { description: 'The time of the entry. It rises with each entry of a quota.' })
  at!: Date;

  @Field(() => String, { description: 'The quota code.' })
  code!: string;

  @Field(() => QuotaLedgerEntryKind, { description: 'The kind of the entry.' })
  kind!: LedgerKind;

  @Field(() => SignedDecimalScalar, {
    description: 'Units of the quota; negative for a refund. Of a settlement, the units of excess that it settled.',
  })
  quantity!: bigint;

  @Field(() => SignedDecimalScalar, {
    description: "The quota's balance after this entry. A settlement leaves it as it was.",
  })
  balanceAfter!: bigint;

  /** Leads to order and reason; not part of the graph. */
  orderLineId!: string;
}

@ObjectType({ simpleResolvers: true, description: 'One entry of a page.' })
export class QuotaLedgerEdge {
  @Field(() => String, { description: 'An opaque cursor for `after`.' })
  cursor!: string;

  @Field(() => QuotaLedgerEntry, { description: 'The entry.' })
  node!: QuotaLedgerEntry;
}

@ObjectType({ simpleResolvers: true, description: "A page of an organization's ledger, newest first (Relay)." })
export class QuotaLedgerConnection {
  @Field(() => [QuotaLedgerEdge], { description: 'The entries of this page.' })
  edges!: QuotaLedgerEdge[];

  @Field(() => PageInfo, { description: 'The position of the page.' })
  pageInfo!: PageInfo;
}
