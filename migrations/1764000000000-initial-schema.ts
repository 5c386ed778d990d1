import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables as the entities describe them, with every invariant that a constraint can carry. */
const tables = [
  `create table feature_flags (
  key text not null,
  enabled boolean not null,
  updated_at timestamptz(3) not null default now(),
  constraint feature_flags_pkey primary key (key)
)`,
  `create table topup_configurations (
  id uuid not null,
  code text not null,
  label text not null,
  description text,
  package_id text,
  package_code text,
  option_value jsonb not null,
  quota_type text not null,
  billing_version_for_pi text not null,
  base_price bigint,
  is_fixed_cost boolean not null,
  show_by_component jsonb not null default '[]',
  hide_by_component jsonb not null default '[]',
  feature_flag text,
  excess_key text,
  excess_package_id text,
  excess_package_code text,
  position integer not null,
  active boolean not null,
  updated_at timestamptz(3) not null default now(),
  constraint topup_configurations_pkey primary key (id),
  constraint topup_configurations_code_key unique (code),
  constraint topup_configurations_excess_key_key unique (excess_key) deferrable initially deferred,
  constraint topup_configurations_base_price_check check (base_price is null or base_price >= 0),
  constraint topup_configurations_fixed_cost_check check (not is_fixed_cost or coalesce(base_price, 0) > 0),
  constraint topup_configurations_package_check check (is_fixed_cost or package_id is not null),
  constraint topup_configurations_quota_type_check check (quota_type in ('lifetime', 'monthly', 'contract'))
)`,
  `create table topup_orders (
  id uuid not null,
  number text not null,
  organization_id text not null,
  organization_name text not null,
  status text not null,
  topup_total bigint not null,
  excess_total bigint not null,
  total bigint not null,
  quote_expires_at timestamptz(3) not null,
  confirmed_at timestamptz(3),
  payment_expires_at timestamptz(3),
  payment_invoice_id text,
  payment_url text,
  payment_checked_at timestamptz(3),
  paid_at timestamptz(3),
  completed_at timestamptz(3),
  paid_invoice_number text,
  correlation_id text not null,
  created_at timestamptz(3) not null,
  constraint topup_orders_pkey primary key (id),
  constraint topup_orders_number_key unique (number),
  constraint topup_orders_payment_invoice_key unique (payment_invoice_id),
  constraint topup_orders_completed_check check ((status = 'COMPLETED') = (completed_at is not null and paid_invoice_number is not null)),
  constraint topup_orders_confirmed_check check (status not in ('PENDING_PAYMENT', 'PAID', 'COMPLETED', 'PAYMENT_REVIEW', 'REFUNDED') or (confirmed_at is not null and payment_expires_at is not null)),
  constraint topup_orders_paid_check check (status not in ('PAID', 'COMPLETED') or paid_at is not null),
  constraint topup_orders_payment_url_check check (payment_url is null or payment_invoice_id is not null),
  constraint topup_orders_totals_check check (topup_total > 0 and excess_total >= 0 and total = topup_total + excess_total)
)`,
  `create table topup_order_lines (
  id uuid not null,
  order_id uuid not null,
  position integer not null,
  kind text not null,
  quota_code text not null,
  label text not null,
  package_id text,
  package_code text,
  quota_type text not null,
  billing_version_for_pi text not null,
  quantity bigint not null,
  multiplier bigint not null,
  credits bigint not null,
  unit_price bigint not null,
  amount bigint not null,
  excess_period text,
  period_start date,
  period_end date,
  constraint topup_order_lines_pkey primary key (id),
  constraint topup_order_lines_position_key unique (order_id, position),
  constraint topup_order_lines_amount_check check (quantity > 0 and unit_price > 0 and amount = quantity * unit_price),
  constraint topup_order_lines_credits_check check (credits = case kind when 'TOPUP' then quantity * multiplier else 0 end),
  constraint topup_order_lines_excess_check check ((kind = 'EXCESS') = (excess_period is not null)),
  constraint topup_order_lines_kind_check check (kind in ('TOPUP', 'EXCESS')),
  constraint topup_order_lines_period_check check (period_end is null or period_start is null or period_end >= period_start),
  constraint topup_order_lines_multiplier_check check (multiplier > 0)
)`,
  `create table topup_order_events (
  id bigint generated always as identity not null,
  order_id uuid not null,
  at timestamptz(3) not null,
  from_status text,
  to_status text not null,
  cause text not null,
  actor text,
  correlation_id text not null,
  constraint topup_order_events_pkey primary key (id)
)`,
  `create table idempotency_keys (
  organization_id text not null,
  operation text not null,
  key text not null,
  content_hash text not null,
  order_id uuid not null,
  created_at timestamptz(3) not null,
  constraint idempotency_keys_pkey primary key (organization_id, operation, key),
  constraint idempotency_keys_operation_check check (operation in ('create', 'confirm'))
)`,
  `create table quota_ledger_entries (
  id uuid not null,
  organization_id text not null,
  order_line_id uuid not null,
  quota_code text not null,
  kind text not null,
  quantity bigint not null,
  period text,
  created_at timestamptz(3) not null,
  constraint quota_ledger_entries_pkey primary key (id),
  constraint quota_ledger_entries_line_kind_key unique (order_line_id, kind),
  constraint quota_ledger_entries_kind_check check (kind in ('TOPUP', 'EXCESS_SETTLEMENT')),
  constraint quota_ledger_entries_period_check check ((kind = 'EXCESS_SETTLEMENT') = (period is not null)),
  constraint quota_ledger_entries_quantity_check check (quantity > 0)
)`,
  `create table organization_packages (
  organization_id text not null,
  quota_code text not null,
  balance bigint not null,
  excess_settled bigint not null,
  updated_at timestamptz(3) not null,
  constraint organization_packages_pkey primary key (organization_id, quota_code),
  constraint organization_packages_balance_check check (balance >= 0 and excess_settled >= 0)
)`,
  `create table payment_events (
  id uuid not null,
  event_id text not null,
  source text not null,
  type text not null,
  order_number text not null,
  order_id uuid,
  invoice_id text not null,
  amount bigint not null,
  currency text not null,
  paid_at timestamptz(3),
  payment_method text,
  outcome text not null,
  received_at timestamptz(3) not null,
  constraint payment_events_pkey primary key (id),
  constraint payment_events_event_key unique (event_id)
)`,
  `create table order_mail_deliveries (
  order_id uuid not null,
  kind text not null,
  recipient_hash text not null,
  sent_at timestamptz(3) not null,
  constraint order_mail_deliveries_pkey primary key (order_id, kind, recipient_hash)
)`,
  `create table job_workers (
  worker_id text primary key,
  seen_at timestamptz(3) not null
)`,
];

const indexes = [
  `create index topup_orders_pending_idx on topup_orders (payment_checked_at) where status = 'PENDING_PAYMENT'`,
  `create index topup_orders_late_idx on topup_orders (payment_expires_at)
  where status in ('EXPIRED', 'CANCELLED') and confirmed_at is not null`,
  `create index topup_orders_open_idx on topup_orders (status)
  where status in ('DRAFT', 'PENDING_PAYMENT', 'PAID', 'PAYMENT_REVIEW')`,
  `create index topup_orders_draft_idx on topup_orders (quote_expires_at) where status = 'DRAFT'`,
  `create index topup_orders_page_idx on topup_orders (organization_id, created_at, id)`,
  `create index topup_order_events_order_idx on topup_order_events (order_id, id)`,
  `create index quota_ledger_entries_organization_idx on quota_ledger_entries (organization_id, quota_code, kind, period)`,
  `create index payment_events_order_idx on payment_events (order_id)`,
];

const foreignKeys = [
  `alter table topup_order_events add constraint topup_order_events_order_fkey foreign key (order_id) references topup_orders(id)`,
  `alter table topup_order_lines add constraint topup_order_lines_order_fkey foreign key (order_id) references topup_orders(id)`,
  `alter table quota_ledger_entries add constraint quota_ledger_entries_line_fkey foreign key (order_line_id) references topup_order_lines(id)`,
  `alter table idempotency_keys add constraint idempotency_keys_order_fkey foreign key (order_id) references topup_orders(id)`,
  `alter table order_mail_deliveries add constraint order_mail_deliveries_order_fkey foreign key (order_id) references topup_orders(id)`,
  `alter table payment_events add constraint payment_events_order_fkey foreign key (order_id) references topup_orders(id)`,
];

/** Ledger, timeline and inbox are append-only for everybody: what happened is never rewritten. */
const appendOnly = [
  `create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $$`,
  ...['quota_ledger_entries', 'topup_order_events', 'payment_events'].flatMap((table) => [
    `create trigger ${table}_append_only before update or delete on ${table}
  for each row execute function refuse_change()`,
    `create trigger ${table}_no_truncate before truncate on ${table}
  for each statement execute function refuse_change()`,
  ]),
];

/** The moves of src/orders/rules/order-state.ts, and the columns that are frozen once an order is confirmed. */
const orderStates = [
  `create function check_order_change() returns trigger language plpgsql as $$
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
    ('PAID', 'COMPLETED')
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
  return new;
end $$`,
  `create trigger topup_orders_change before insert or update or delete on topup_orders
  for each row execute function check_order_change()`,
  `create function check_order_line_change() returns trigger language plpgsql as $$
declare
  draft boolean;
  unperioded topup_order_lines;
begin
  select bool_and(status = 'DRAFT') into draft from topup_orders where id in (old.order_id, new.order_id);
  if draft then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  if tg_op = 'UPDATE' then
    unperioded := new;
    unperioded.period_start := old.period_start;
    unperioded.period_end := old.period_end;
    if unperioded is not distinct from old then
      return new;
    end if;
  end if;
  raise exception 'lines are frozen once their order is confirmed: % is refused', tg_op using errcode = 'check_violation';
end $$`,
  `create trigger topup_order_lines_change before insert or update or delete on topup_order_lines
  for each row execute function check_order_line_change()`,
];

/** The counters are the ledger's sums by construction: its trigger writes them, and nobody else can. */
const counters = [
  `create function apply_ledger_entry() returns trigger language plpgsql as $$
declare
  line topup_order_lines;
begin
  select * into strict line from topup_order_lines where id = new.order_line_id;
  if new.organization_id <> (select organization_id from topup_orders where id = line.order_id)
     or new.quota_code <> line.quota_code
     or new.kind <> (case line.kind when 'TOPUP' then 'TOPUP' else 'EXCESS_SETTLEMENT' end)
     or new.quantity <> (case line.kind when 'TOPUP' then line.credits else line.quantity end)
     or new.period is distinct from line.excess_period then
    raise exception 'ledger entry of line % is not what the line says', new.order_line_id using errcode = 'check_violation';
  end if;
  insert into organization_packages as counter (organization_id, quota_code, balance, excess_settled, updated_at)
  values (
    new.organization_id, new.quota_code,
    case new.kind when 'TOPUP' then new.quantity else 0 end,
    case new.kind when 'EXCESS_SETTLEMENT' then new.quantity else 0 end,
    new.created_at
  )
  on conflict on constraint organization_packages_pkey do update
  set balance = counter.balance + excluded.balance,
      excess_settled = counter.excess_settled + excluded.excess_settled,
      updated_at = excluded.updated_at;
  return null;
end $$`,
  `create trigger quota_ledger_entries_apply after insert on quota_ledger_entries
  for each row execute function apply_ledger_entry()`,
  `create function refuse_direct_count() returns trigger language plpgsql as $$
begin
  if pg_trigger_depth() > 1 and tg_op in ('INSERT', 'UPDATE') then
    return new;
  end if;
  raise exception 'organization_packages is written by the ledger alone: % is refused', tg_op
    using errcode = 'restrict_violation';
end $$`,
  `create trigger organization_packages_direct before insert or update or delete on organization_packages
  for each row execute function refuse_direct_count()`,
  `create trigger organization_packages_no_truncate before truncate on organization_packages
  for each statement execute function refuse_direct_count()`,
];

/**
 * Checks that run at the commit: a confirmed order charges the sum of its lines, a paid one
 * is credited line by line, and nothing is credited that is not paid.
 */
const atCommit = [
  `create function check_order_at_commit() returns trigger language plpgsql as $$
declare
  current topup_orders;
begin
  select * into strict current from topup_orders where id = new.id;
  if current.status = 'PENDING_PAYMENT' and current.total is distinct from (
    select sum(amount) from topup_order_lines where order_id = current.id
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
  `create constraint trigger topup_orders_at_commit after update of status on topup_orders
  deferrable initially deferred for each row when (new.status in ('PENDING_PAYMENT', 'PAID'))
  execute function check_order_at_commit()`,
  `create function check_entry_at_commit() returns trigger language plpgsql as $$
declare
  current record;
begin
  select o.number, o.status into strict current from topup_order_lines line
  join topup_orders o on o.id = line.order_id where line.id = new.order_line_id;
  if current.status not in ('PAID', 'COMPLETED') then
    raise exception 'order % is credited and not paid', current.number using errcode = 'check_violation';
  end if;
  return null;
end $$`,
  `create constraint trigger quota_ledger_entries_at_commit after insert on quota_ledger_entries
  deferrable initially deferred for each row execute function check_entry_at_commit()`,
];

export class InitialSchema1764000000000 implements MigrationInterface {
  name = 'InitialSchema1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [
      ...tables,
      ...indexes,
      ...foreignKeys,
      ...appendOnly,
      ...orderStates,
      ...counters,
      ...atCommit,
    ]) {
      await queryRunner.query(statement);
    }
  }

  /** These tables hold money: no code of ours drops them. */
  async down(): Promise<void> {
    throw new Error('The initial schema cannot be reverted: restore a backup instead.');
  }
}
