import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * LOCK TABLE in any mode needs UPDATE, DELETE, TRUNCATE or MAINTAIN on the table as a whole; a privilege on columns is not enough. DELETE
 * exists for whole tables only. So a caller deletes the lines of a draft of its own through this function, and can lock no
 * table against others. The trigger on the lines still refuses those of a confirmed order.
 */
const draftLines = [
  `create or replace function drop_draft_lines(draft uuid) returns void
language sql security definer set search_path = SCHEMA, pg_temp as $$
  delete from topup_order_lines line using topup_orders o
  where line.order_id = draft and o.id = draft
    and o.organization_id = current_setting('self_topup.organization_id', true)
$$`,
  `revoke execute on function drop_draft_lines from public`,
  `grant execute on function drop_draft_lines to self_topup_runtime`,
  `revoke delete on topup_order_lines from self_topup_runtime`,
];

/** The moves of a buyer (src/orders/rules/order-state.ts). The first is the creation, the second a new quote. */
const BUYER_STEPS = `(coalesce(new.from_status, ''), new.to_status) in (
    ('', 'DRAFT'), ('DRAFT', 'DRAFT'), ('DRAFT', 'PENDING_PAYMENT'), ('DRAFT', 'CANCELLED'), ('PENDING_PAYMENT', 'CANCELLED'))`;
const BUYER_MOVES = `(old.status, new.status) in (
    ('DRAFT', 'PENDING_PAYMENT'), ('DRAFT', 'CANCELLED'), ('PENDING_PAYMENT', 'CANCELLED'))`;

/**
 * The role decides by membership, because a login may work without taking a role. A login that may take both roles works as
 * the role that it took.
 */
const notA = (role: string) => `not pg_has_role(current_user, '${role}', 'member')`;

/**
 * The state table says which moves there are; these say who makes them. An order that a caller moved to REFUNDED would hide a
 * payment from operators, and so would a step in its timeline. Nobody but a caller confirms. The conditions are in the
 * triggers, so that a permitted row calls no function.
 */
const moves = [
  `create or replace function refuse_move() returns trigger language plpgsql as $$
begin
  raise exception 'permission denied: % may not move order % from % to %', current_user, old.number, old.status, new.status
    using errcode = 'insufficient_privilege';
end $$`,
  `create or replace function refuse_step() returns trigger language plpgsql as $$
begin
  raise exception 'permission denied: % may not enter a step from % to %', current_user, new.from_status, new.to_status
    using errcode = 'insufficient_privilege';
end $$`,
  `create or replace trigger topup_orders_callers_moves before update of status on topup_orders for each row
  when (old.status <> new.status and not (${BUYER_MOVES}) and ${notA('self_topup_background')})
  execute function refuse_move()`,
  `create or replace trigger topup_orders_background_moves before update of status on topup_orders for each row
  when (old.status = 'DRAFT' and new.status = 'PENDING_PAYMENT' and ${notA('self_topup_runtime')})
  execute function refuse_move()`,
  `create or replace trigger topup_order_events_callers_steps before insert on topup_order_events for each row
  when (not (${BUYER_STEPS}) and ${notA('self_topup_background')})
  execute function refuse_step()`,
];

export class CallersLockLess1765300000000 implements MigrationInterface {
  name = 'CallersLockLess1765300000000';
  /** Each statement locks for a moment alone, and does the same again after a crash. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    const [row] = (await queryRunner.query('select quote_ident(current_schema()) as schema')) as { schema: string }[];
    await queryRunner.query(`set lock_timeout = '2s'`);
    for (const statement of [...draftLines, ...moves]) {
      await queryRunner.query(statement.replace('SCHEMA', row?.schema ?? 'public'));
    }
    await queryRunner.query(`reset lock_timeout`);
  }

  /** The previous version deletes the lines itself. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('grant delete on topup_order_lines to self_topup_runtime');
    await queryRunner.query('drop trigger topup_orders_callers_moves on topup_orders');
    await queryRunner.query('drop trigger topup_orders_background_moves on topup_orders');
    await queryRunner.query('drop trigger topup_order_events_callers_steps on topup_order_events');
  }
}
