import { Field, ObjectType } from 'type-graphql';
import { Money } from '../../platform/graphql/money.type.ts';
import { DateTimeScalar, DecimalScalar } from '../../platform/graphql/scalars.ts';

@ObjectType({ simpleResolvers: true, description: 'What an organization used beyond a quota and still owes.' })
export class ExcessUsage {
  @Field(() => String, { description: 'The quota code.' })
  code!: string;

  @Field(() => String, { description: 'What to call it.' })
  label!: string;

  @Field(() => String, {
    description: 'The billing period, e.g. `2026-11`; `2026-10/2026-11` where several are summed up on an option.',
  })
  period!: string;

  @Field(() => DecimalScalar, { description: 'Units used beyond the quota; rupiah where the quota is rupiah.' })
  quantity!: bigint;

  @Field(() => Money, { description: 'Current price of one unit.' })
  unitPrice!: Money;

  @Field(() => Money, { description: 'What is owed.' })
  amount!: Money;

  @Field(() => DateTimeScalar, {
    description: 'When hub-core reported it. More than seconds ago only while hub-core does not answer.',
  })
  asOf!: Date;
}
