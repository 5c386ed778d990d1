import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The moves and steps of a buyer, as before (src/orders/rules/order-state.ts). PostgreSQL parses the condition of a trigger for each
 * statement, and compiles a function once per connection: the conditions on all moves and steps cost a settlement more than a call does.
 */
const BUYER_MOVES = `('DRAFT', 'PENDING_PAYMENT'), ('DRAFT', 'CANCELLED'), ('PENDING_PAYMENT', 'CANCELLED')`;
const BUYER_STEPS = `('', 'DRAFT'), ('DRAFT', 'DRAFT'), ${BUYER_MOVES}`;

const notA = (role: string) => `not pg_has_role(current_user, '${role}', 'member')`;

/** The right to make a move is checked first, then that there is such a move. */
const checkOrder = `create or replace function check_order_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'order % is never deleted', old.number using errcode = 'restrict_violation';
  end if;
  if tg_op = 'INSERT' then
    if new.status <> 'DRAFT' then
      raise exception 'an order begins as DRAFT, not as %', new.status using errcode = 'check_violation';
    end if;
    return new;
  end if;
  if new.status <> old.status then
    if (${notA('self_topup_background')} and (old.status, new.status) not in (${BUYER_MOVES}))
       or ((old.status, new.status) = ('DRAFT', 'PENDING_PAYMENT') and ${notA('self_topup_runtime')}) then
      raise exception 'permission denied: % may not move order % from % to %', current_user, old.number, old.status, new.status
        using errcode = 'insufficient_privilege';
    end if;
    if (old.status, new.status) not in (
      ('DRAFT', 'PENDING_PAYMENT'), ('DRAFT', 'EXPIRED'), ('DRAFT', 'CANCELLED'),
      ('PENDING_PAYMENT', 'EXPIRED'), ('PENDING_PAYMENT', 'CANCELLED'),
      ('PENDING_PAYMENT', 'PAID'), ('EXPIRED', 'PAID'), ('CANCELLED', 'PAID'),
      ('PENDING_PAYMENT', 'PAYMENT_REVIEW'), ('EXPIRED', 'PAYMENT_REVIEW'), ('CANCELLED', 'PAYMENT_REVIEW'),
      ('PAYMENT_REVIEW', 'PAID'), ('PAYMENT_REVIEW', 'REFUNDED'),
      ('PAID', 'COMPLETED'), ('PAID', 'REFUNDED'), ('COMPLETED', 'REFUNDED')
    ) then
      raise exception 'order % cannot move from % to %', old.number, old.status, new.status
        using errcode = 'check_violation';
    end if;
  end if;
  if (new.id, new.number, new.organization_id, new.created_at)
     is distinct from (old.id, old.number, old.organization_id, old.created_at) then
    raise exception 'order %: id, number, organization and creation are fixed', old.number
      using errcode = 'check_violation';
  end if;
  if old.status <> 'DRAFT' and (new.topup_total, new.excess_total, new.total, new.included_tax, new.added_tax,
     new.withholding, new.withheld_total, new.confirmed_at)
     is distinct from (old.topup_total, old.excess_total, old.total, old.included_tax, old.added_tax,
     old.withholding, old.withheld_total, old.confirmed_at) then
    raise exception 'order %: totals are frozen once it is confirmed', old.number using errcode = 'check_violation';
  end if;
  if old.completed_at is not null and (new.completed_at, new.paid_invoice_number)
     is distinct from (old.completed_at, old.paid_invoice_number) then
    raise exception 'order %: what was booked stays', old.number using errcode = 'check_violation';
  end if;
  return new;
end $$`;

const checkStep = `create function check_callers_step() returns trigger language plpgsql as $$
begin
  if (coalesce(new.from_status, ''), new.to_status) not in (${BUYER_STEPS}) then
    raise exception 'permission denied: % may not enter a step from % to %', current_user, new.from_status, new.to_status
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$`;

const steps = `create or replace trigger topup_order_events_callers_steps before insert on topup_order_events for each row
  when (${notA('self_topup_background')}) execute function check_callers_step()`;

/** The function checks moves before these let go of them. */
const former = [
  'drop trigger topup_orders_callers_moves on topup_orders',
  'drop trigger topup_orders_background_moves on topup_orders',
  'drop function refuse_move',
  'drop function refuse_step',
];

export class MovesAreCheckedByFunction1767710000001 implements MigrationInterface {
  name = 'MovesAreCheckedByFunction1767710000001';

  /** By itself, because it takes the orders and their steps for a moment. */
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [checkOrder, checkStep, steps, ...former]) await queryRunner.query(statement);
  }

  /** The version before works with them. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
