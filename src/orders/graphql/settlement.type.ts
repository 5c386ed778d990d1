import { Field, ObjectType } from 'type-graphql';
import type { Translated } from '../../kernel/translated.ts';
import { DecimalScalar, SignedDecimalScalar } from '../../platform/graphql/scalars.ts';

@ObjectType({ simpleResolvers: true, description: 'The effect of an order on one quota, in its units.' })
export class TopupSettlement {
  @Field(() => String, { description: 'The quota code.' })
  code!: string;

  /** In each language; the resolver has the field. */
  label!: Translated;

  @Field(() => DecimalScalar, {
    description:
      'Usage beyond the quota that was owed at the quote, and what came on top of it by the confirm. The next order settles the rest.',
  })
  owed!: bigint;

  @Field(() => DecimalScalar, { description: 'The part of it that the order settles. It leaves the balance as it is.' })
  cleared!: bigint;

  @Field(() => DecimalScalar, { description: 'Units by which the quota rises.' })
  added!: bigint;

  @Field(() => SignedDecimalScalar, {
    description: "The quota's balance now; once the order is paid, its balance before the order.",
  })
  balanceBefore!: bigint;

  @Field(() => SignedDecimalScalar, {
    description: 'The balance with the order; once it is paid, as the ledger has it. Later orders move it further.',
  })
  balanceAfter!: bigint;
}
