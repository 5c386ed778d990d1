import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { DecimalScalar } from '../../platform/graphql/scalars.ts';

export const QuotaUnit = { RUPIAH: 'RUPIAH', UNIT: 'UNIT' } as const;
registerEnumType(QuotaUnit, {
  name: 'QuotaUnit',
  description: 'The unit in which a quota is counted.',
  valuesConfig: {
    RUPIAH: { description: 'Rupiah of balance.' },
    UNIT: { description: 'Pieces: visitors, seats, dialogs.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: "The units that top-ups have credited to one of an organization's quotas, less refunds.",
})
export class QuotaBalance {
  @Field(() => ID, { description: 'Unique per organization and quota.' })
  id!: string;

  @Field(() => String, { description: 'The quota code.' })
  code!: string;

  @Field(() => DecimalScalar, { description: 'Units of the quota: visitors, seats, dialogs, or rupiah of balance.' })
  balance!: bigint;
}

/** A balance is one of an organization's: its id says of which. */
export const quotaBalance = (organizationId: string, code: string, balance: bigint | undefined): QuotaBalance => ({
  id: `${organizationId}:${code}`,
  code,
  balance: balance ?? 0n,
});
