import { Field, ObjectType } from 'type-graphql';
import { DecimalScalar } from '../../platform/graphql/scalars.ts';

@ObjectType({
  simpleResolvers: true,
  description: "The units that top-ups have credited to one of an organization's quotas, less refunds.",
})
export class QuotaBalance {
  @Field(() => String, { description: 'The quota code.' })
  code!: string;

  @Field(() => DecimalScalar, { description: 'Units of the quota: visitors, seats, dialogs, or rupiah of balance.' })
  balance!: bigint;
}
