import type { MigrationInterface, QueryRunner } from 'typeorm';

/** All amounts are 0 for existing rows, and for those that the version before writes. The defaults are constants, so no row is rewritten. */
const columns = [
  `alter table topup_configurations add column if not exists taxes jsonb not null default '[]'`,
  `alter table topup_orders
  add column if not exists included_tax bigint not null default 0,
  add column if not exists added_tax bigint not null default 0,
  add column if not exists withholding text,
  add column if not exists withheld_total bigint not null default 0`,
  `alter table topup_order_lines
  add column if not exists taxes jsonb not null default '[]',
  add column if not exists included_tax bigint not null default 0,
  add column if not exists added_tax bigint not null default 0,
  add column if not exists withheld bigint not null default 0`,
  `grant insert (included_tax, added_tax, withholding, withheld_total), update (included_tax, added_tax, withheld_total)
  on topup_orders to self_topup_runtime`,
];

/** The totals, and the parts of them that are tax, are frozen with a confirm, and are the sums of the lines. */
const triggers = [
  `create or replace function check_order_change() returns trigger language plpgsql as $$
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
  if new.status <> old.status and (old.status, new.status) not in (
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
end $$`,
  `create or replace function check_order_at_commit() returns trigger language plpgsql as $$
declare
  current topup_orders;
begin
  select * into strict current from topup_orders where id = new.id;
  if current.status = 'PENDING_PAYMENT' and not exists (
    select from topup_order_lines where order_id = current.id
    having (sum(amount + added_tax), sum(withheld)) = (current.total, current.withheld_total)
  ) then
    raise exception 'order % does not charge the sum of its lines', current.number using errcode = 'check_violation';
  end if;
  if current.status = 'PAID' and exists (
    select from topup_order_lines line where line.order_id = current.id
    and not exists (select from quota_ledger_entries entry where entry.order_line_id = line.id)
  ) then
    raise exception 'order % is paid and not credited', current.number using errcode = 'check_violation';
  end if;
  return null;
end $$`,
];

const TOTALS = `topup_total > 0 and excess_total >= 0 and total = topup_total + excess_total + added_tax
   and added_tax >= 0 and included_tax >= 0 and withheld_total >= 0 and withheld_total < total`;
const WITHHOLDING = `withholding in ('PPH_23') or withheld_total = 0`;
const LINE_TAXES = `added_tax >= 0 and withheld >= 0 and included_tax >= 0 and included_tax <= amount and withheld <= amount - included_tax`;

/** Added without a look at the rows, then validated under a lock that lets others write. */
const constraints = [
  ['topup_orders', 'topup_orders_totals_check', TOTALS],
  ['topup_orders', 'topup_orders_withholding_check', WITHHOLDING],
  ['topup_order_lines', 'topup_order_lines_taxes_check', LINE_TAXES],
].flatMap(([table, name, condition]) => [
  `alter table ${table} drop constraint if exists ${name}, add constraint ${name} check (${condition}) not valid`,
  `alter table ${table} validate constraint ${name}`,
]);

export class Taxes1767200000000 implements MigrationInterface {
  name = 'Taxes1767200000000';
  /** Each statement takes one table for a moment and is idempotent, so a run after a crash or behind a long reader completes the rest. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [...columns, ...triggers, ...constraints]) await queryRunner.query(statement);
  }

  /** The version before cannot tell an order with taxes: refuse rather than lose what a buyer was shown. */
  async down(queryRunner: QueryRunner): Promise<void> {
    const [row] = (await queryRunner.query(
      'select count(*) as orders from topup_orders where added_tax > 0 or included_tax > 0 or withholding is not null',
    )) as { orders: string }[];
    if (row?.orders !== '0')
      throw new Error(`${row?.orders} orders have taxes, which the version before does not know`);
    await queryRunner.query(`alter table topup_orders drop constraint topup_orders_totals_check,
      add constraint topup_orders_totals_check check (topup_total > 0 and excess_total >= 0 and total = topup_total + excess_total)`);
    await queryRunner.query(
      'alter table topup_order_lines drop column taxes, drop column included_tax, drop column added_tax, drop column withheld',
    );
    await queryRunner.query(
      'alter table topup_orders drop column included_tax, drop column added_tax, drop column withholding, drop column withheld_total',
    );
    await queryRunner.query('alter table topup_configurations drop column taxes');
  }
}
