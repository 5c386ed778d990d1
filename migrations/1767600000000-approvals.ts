import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Both are null for existing rows, and for those that the version before writes: no row is rewritten. */
const columns = [
  `alter table topup_orders add column if not exists approval_state text, add column if not exists approval_limit bigint`,
  `grant update (approval_state, approval_limit) on topup_orders to self_topup_runtime`,
];

/**
 * Only callers ask for an approval and decide, and only about a draft. What a person approves, or is to approve, keeps its total: a new
 * quote takes the approval away in the same statement. A version that knows no approvals cannot quote such a draft anew.
 */
const states = [
  `create or replace function check_approval() returns trigger language plpgsql as $$
begin
  if not pg_has_role(current_user, 'self_topup_runtime', 'member') then
    raise exception 'permission denied: % may not change the approval of order %', current_user, old.number
      using errcode = 'insufficient_privilege';
  end if;
  if old.status <> 'DRAFT' then
    raise exception 'order %: its approval is frozen once it is no draft', old.number using errcode = 'check_violation';
  end if;
  if new.approval_state is not distinct from old.approval_state then
    if old.approval_state is not null and (new.total, new.quote_expires_at) is distinct from (old.total, old.quote_expires_at) then
      raise exception 'order %: its quote is frozen while an approval of it stands', old.number using errcode = 'check_violation';
    end if;
  elsif (coalesce(old.approval_state, ''), coalesce(new.approval_state, '')) not in (
    ('', 'PENDING'), ('PENDING', 'APPROVED'), ('PENDING', 'REJECTED'), ('PENDING', ''), ('APPROVED', '')
  ) then
    raise exception 'order %: its approval cannot move from % to %', old.number, old.approval_state, new.approval_state
      using errcode = 'check_violation';
  end if;
  return new;
end $$`,
  `create or replace trigger topup_orders_approval before update of approval_state, approval_limit, total, quote_expires_at
  on topup_orders for each row
  when (old.approval_state is distinct from new.approval_state or old.approval_limit is distinct from new.approval_limit
    or (old.approval_state is not null and (old.total <> new.total or old.quote_expires_at <> new.quote_expires_at)))
  execute function check_approval()`,
  `create or replace trigger topup_orders_approval_changed before update of approval_state on topup_orders
  for each row execute function set_order_changed()`,
];

/** Nobody decides on an order that the same person created or submitted. */
const deciders = [
  `create or replace function check_decider() returns trigger language plpgsql as $$
begin
  if new.actor is null or exists (
    select from topup_order_events
    where order_id = new.order_id and actor = new.actor and cause in ('createTopupOrder', 'submitTopupOrder')
  ) then
    raise exception 'order %: its creator and its submitters may not decide on it', new.order_id using errcode = 'check_violation';
  end if;
  return new;
end $$`,
  `create or replace trigger topup_order_events_decider before insert on topup_order_events for each row
  when (new.cause in ('approveTopupOrder', 'rejectTopupOrder')) execute function check_decider()`,
];

const STATE = `approval_state in ('PENDING', 'APPROVED', 'REJECTED')`;
const CONFIRMED = `confirmed_at is null or (approval_state is distinct from 'REJECTED'
  and (approval_limit is null or total <= approval_limit or approval_state is not distinct from 'APPROVED'))`;

/** Added without a look at the rows, then validated under a lock that lets others write. */
const constraints = [
  ['topup_orders_approval_state_check', STATE],
  ['topup_orders_approved_check', CONFIRMED],
].flatMap(([name, condition]) => [
  `alter table topup_orders drop constraint if exists ${name}, add constraint ${name} check (${condition}) not valid`,
  `alter table topup_orders validate constraint ${name}`,
]);

export class Approvals1767600000000 implements MigrationInterface {
  name = 'Approvals1767600000000';
  /** Each statement takes one table for a moment and is idempotent, so a run after a crash or behind a long reader completes the rest. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [...columns, ...states, ...deciders, ...constraints]) await queryRunner.query(statement);
  }

  /** The version before would confirm a draft that was rejected, or that nobody approved: refuse rather than let it. */
  async down(queryRunner: QueryRunner): Promise<void> {
    const [row] = (await queryRunner.query(
      `select count(*) as drafts from topup_orders where status = 'DRAFT' and approval_state is not null`,
    )) as { drafts: string }[];
    if (row?.drafts !== '0')
      throw new Error(`${row?.drafts} drafts were submitted, which the version before does not know`);
    await queryRunner.query('drop trigger topup_order_events_decider on topup_order_events');
    await queryRunner.query('drop trigger topup_orders_approval on topup_orders');
    await queryRunner.query('drop trigger topup_orders_approval_changed on topup_orders');
    await queryRunner.query('drop function check_decider, check_approval');
    await queryRunner.query('alter table topup_orders drop column approval_state, drop column approval_limit');
  }
}
