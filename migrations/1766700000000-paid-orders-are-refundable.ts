import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The state table, with the refund of a PAID order. A new body of a function locks no table. */
const allowsRefund = `create or replace function check_order_change() returns trigger language plpgsql as $$
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
  if old.status <> 'DRAFT' and (new.topup_total, new.excess_total, new.total, new.confirmed_at)
     is distinct from (old.topup_total, old.excess_total, old.total, old.confirmed_at) then
    raise exception 'order %: totals are frozen once it is confirmed', old.number using errcode = 'check_violation';
  end if;
  if old.completed_at is not null and (new.completed_at, new.paid_invoice_number)
     is distinct from (old.completed_at, old.paid_invoice_number) then
    raise exception 'order %: what was booked stays', old.number using errcode = 'check_violation';
  end if;
  return new;
end $$`;

export class PaidOrdersAreRefundable1766700000000 implements MigrationInterface {
  name = 'PaidOrdersAreRefundable1766700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(allowsRefund);
  }

  /** Orders may have been refunded so: the former table would not know how they got there. */
  async down(): Promise<void> {
    throw new Error('This migration cannot be reverted: restore a backup instead.');
  }
}
