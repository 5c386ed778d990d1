import { ArgsType, Field, ID, Int } from 'type-graphql';
import { FIRST_OPTIONS } from '../../platform/graphql/page.ts';
import { DateTimeScalar } from '../../platform/graphql/scalars.ts';
import type { OrderStatus } from '../rules/order-state.ts';
import { TopupOrderStatus } from './order.type.ts';

@ArgsType()
export class OrderPageArgs {
  @Field(() => Int, FIRST_OPTIONS)
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last order on the previous page.' })
  after?: string | null;

  @Field(() => [TopupOrderStatus], {
    nullable: true,
    description: 'The statuses to include; null or empty for all.',
  })
  status?: OrderStatus[] | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Orders that were created at this instant or later.' })
  createdAfter?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Orders that were created before this instant.' })
  createdBefore?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The order of this number, e.g. `TU-261122-7K3M-9QX4`, or orders with this part of it, such as `7K3M` or `9qx4`, 4 symbols at least. A part is looked for in the newest 10,000 orders of the time that is asked for. Small letters, hyphens and spaces do not matter.',
  })
  number?: string | null;
}

@ArgsType()
export class OrganizationOrderPageArgs extends OrderPageArgs {
  @Field(() => ID, { nullable: true, description: 'Defaults to the organization of the token.' })
  organizationId?: string;
}

@ArgsType()
export class TopupOrderArgs {
  @Field(() => ID, { description: "The order's id." })
  id!: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The `changedAt` that the client has. With `waitSeconds`, an order that has not changed since is waited for.',
  })
  changedSince?: Date | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The longest wait for a change after `changedSince`, 25 at most. Then the order is answered as it is. One field of a request may wait.',
  })
  waitSeconds?: number | null;
}
