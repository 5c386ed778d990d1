/** The steps of each kind of order, as src/orders/rules/order-state.ts has them; `later` counts from its creation. */
const STEPS = `(values
  ('{draft,"draft expired","draft cancelled",pending,paid,review,late,expired,cancelled,refunded,completed}'::text[],
   1, interval '0', null, 'DRAFT', 'createTopupOrder', 'admin'),
  ('{pending,paid,review,late,expired,cancelled,refunded,completed}',
   2, interval '1 minute', 'DRAFT', 'PENDING_PAYMENT', 'confirmOrder', 'admin'),
  ('{"draft expired"}', 2, interval '30 minutes', 'DRAFT', 'EXPIRED', 'time: the quote ran out', null),
  ('{"draft cancelled"}', 2, interval '2 minutes', 'DRAFT', 'CANCELLED', 'cancelTopupOrder', 'admin'),
  ('{late,expired}', 3, interval '1 day 1 minute', 'PENDING_PAYMENT', 'EXPIRED', 'time: unpaid, and the provider says so', null),
  ('{cancelled}', 3, interval '5 minutes', 'PENDING_PAYMENT', 'CANCELLED', 'cancelTopupOrder', 'admin'),
  ('{paid,completed}', 3, interval '2 minutes', 'PENDING_PAYMENT', 'PAID', 'payment: webhook', null),
  ('{completed}', 4, interval '2 minutes 1 second', 'PAID', 'COMPLETED', 'paid PI booked', null),
  ('{review,refunded}', 3, interval '2 minutes', 'PENDING_PAYMENT', 'PAYMENT_REVIEW', 'payment: webhook', null),
  ('{refunded}', 4, interval '1 hour', 'PAYMENT_REVIEW', 'REFUNDED', 'operator: refunded', 'operator')
) as step (kinds, position, later, from_status, to_status, cause, actor)`;

/** The actor of each mutation, which the trail records before and after it. */
const ACTIONS = `(values
  ('createTopupOrder', interval '0', null),
  ('confirmOrder', interval '1 minute', '{pending,paid,review,late,expired,cancelled,refunded,completed}'::text[]),
  ('cancelTopupOrder', interval '2 minutes', '{"draft cancelled"}'),
  ('cancelTopupOrder', interval '5 minutes', '{cancelled}')
) as act (action, later, of_kinds)`;

/** Inserts the related rows of the orders in the table `wanted`, each of which charges `total`. */
export const relatedRows = (total: string): readonly string[] =>
  rowsOfVersion(total, { balances: true, payments: true });

/** The same, as a version left them that had no rows of payments and no balances in the ledger. */
export const rowsBeforePayments = (total: string): readonly string[] =>
  rowsOfVersion(total, { balances: false, payments: false });

/** The same, as a version left them that had these or not. */
export const rowsOfVersion = (total: string, has: { balances: boolean; payments: boolean }): readonly string[] => [
  ...rowsOf(total, has.balances ? WITH_BALANCES : { columns: '', sums: '' }),
  ...(has.payments ? [PAYMENTS] : []),
];

/** Tables that no step of money reads, a third of the size: ten million orders with them do not fit a disk of 50 GB. */
const BESIDE = ['order_reminders', 'event_deliveries', 'order_documents', 'order_mail_deliveries', 'action_trail'];

const MOST_WITH_EVERYTHING = 2_000_000;

/** The rows for this many orders: more than two million have no mails, documents, events and trail. */
export const relatedOf = (orders: number) => (orders > MOST_WITH_EVERYTHING ? rowsOfMoney : relatedRows);

const rowsOfMoney = (total: string): readonly string[] =>
  relatedRows(total).filter((statement) => !BESIDE.some((name) => statement.includes(`insert into ${name}`)));

const PAYMENTS = `insert into order_payments (id, order_id, kind, provider, invoice_id, amount, original_amount, original_currency,
     method, received_at, recorded_at)
   select id, order_id, 'PAYMENT', provider, invoice_id, amount, amount::text, currency, payment_method, paid_at, received_at
   from payment_events where outcome in ('settled', 'review')`;

interface Balances {
  /** Further columns of the ledger, and their values. */
  columns: string;
  sums: string;
}

const WITH_BALANCES: Balances = {
  columns: ', balance_after',
  sums: `, sum(case kind when 'TOPUP' then quantity else 0 end) over (partition by organization_id, quota_code order by paid_at, id)`,
};

const ledgerRows = (columns: string, sums: string) => `
  insert into quota_ledger_entries (id, organization_id, order_line_id, quota_code, kind, quantity, period, created_at${columns})
  select entered.*${sums} from (
    select uuidv7(paid_at - now()) as id, organization_id, entry.*, paid_at from wanted cross join lateral (values
      (balance_line, 'wa_balance', 'TOPUP', balance, null),
      (seats_line, 'agent_extra', 'TOPUP', seats, null),
      (third_line, 'muv', case when excess is null then 'TOPUP' else 'EXCESS_SETTLEMENT' end, coalesce(excess, 500),
       case when excess is not null then month end)
    ) as entry (line_id, quota_code, kind, quantity, period) where credited
  ) as entered`;

const rowsOf = (total: string, { columns, sums }: Balances): readonly string[] => [
  `insert into topup_order_events (order_id, at, from_status, to_status, cause, actor, reason, correlation_id)
   select id, at + later, from_status, to_status, cause, actor, case actor when 'operator' then 'paid another amount' end, 'bench'
   from wanted join ${STEPS} on kind = any(kinds) order by at + later, position`,
  `insert into idempotency_keys (organization_id, operation, key, content_hash, order_id, created_at)
   select organization_id, operation, operation || '-' || n, sha256(id::text::bytea)::text, id, at
   from wanted cross join (values ('create'), ('confirm')) as used (operation) where confirmed or operation = 'create'`,
  `insert into payment_events (id, event_id, source, type, order_number, order_id, invoice_id, amount, currency, paid_at,
     payment_method, outcome, received_at)
   select uuidv7(paid_at - now()), 'msg_' || n, 'webhook', 'invoice.paid', 'TU-' || n, id, 'inv_' || n,
     case when credited then ${total} else 1 end, 'IDR', paid_at, 'va_bni', case when credited then 'settled' else 'review' end, paid_at
   from wanted where paid
   union all
   select uuidv7(paid_at - now() + interval '1 minute'), 'invoice:inv_' || n, 'poll', 'invoice.paid', 'TU-' || n, id, 'inv_' || n,
     ${total}, 'IDR', paid_at, null, 'repeated', paid_at + interval '1 minute'
   from wanted where kind = 'completed' and n % 20 = 0`,
  ledgerRows(columns, sums),
  `insert into organization_packages (organization_id, quota_code, balance, excess_settled, updated_at)
   select organization_id, quota_code, coalesce(sum(quantity) filter (where kind = 'TOPUP'), 0),
     coalesce(sum(quantity) filter (where kind = 'EXCESS_SETTLEMENT'), 0), max(created_at)
   from quota_ledger_entries group by organization_id, quota_code
   -- Each lies where its first credit put it.
   order by min(created_at), organization_id, quota_code`,
  // A build from before reminders has no such table.
  `do $$ begin
     if to_regclass('order_reminders') is not null then
       insert into order_reminders (order_id, sending, enqueued_at)
       select id, 1, created_at from topup_orders where confirmed_at is not null;
     end if;
   end $$`,
  // The same of events: everything was sent to a subscription that is disabled by now, so that no worker sends anything.
  `do $$ begin
     if to_regclass('event_deliveries') is not null then
       insert into event_subscriptions (id, url, secret, types, created_at, is_enabled, disabled_at, disabled_cause)
       values ('00000000-0000-7000-8000-000000000087', 'https://erp.example.com', 'whsec_', '{}', now(), false, now(), 'OPERATOR')
       on conflict do nothing;
       insert into event_deliveries (subscription_id, order_id, after_event_id, last_event_id, changed_at)
       select '00000000-0000-7000-8000-000000000087', id, 1, 1, now() from wanted;
     end if;
   end $$`,
  // The same of documents: the receipt of every paid order, and a replaced quote of every tenth order.
  `do $$ begin
     if to_regclass('order_documents') is not null then
       insert into order_documents (order_id, kind, quote, content, content_hash, made_at)
       select id, 'RECEIPT', 0, id::text::bytea, encode(sha256(id::text::bytea), 'hex'), paid_at from wanted where credited;
       insert into replaced_quotes (order_id, quote, order_row, lines, replaced_at)
       select o.id, 1, to_jsonb(o), '[]', o.created_at from topup_orders o join wanted using (id) where n % 10 = 0;
     end if;
   end $$`,
  `insert into order_mail_deliveries (order_id, kind, recipient_hash, sent_at)
   select id, mail, sha256(organization_id::bytea)::text, at from wanted
   cross join (values ('awaiting_payment'), ('payment_received')) as sent (mail)
   where confirmed and (mail = 'awaiting_payment' or kind = 'completed')`,
  `insert into action_trail (action_id, phase, at, actor, via, organization_id, action, subject, outcome, correlation_id)
   select action_id, phase, at + later, 'admin', 'mutation', organization_id, action, id::text,
     case phase when 'answered' then 'ok' end, 'bench'
   from (select wanted.*, act.*, uuidv7(at + later - now()) as action_id from wanted cross join ${ACTIONS}) as acted
   cross join (values ('asked'), ('answered')) as entered (phase)
   where of_kinds is null or kind = any(of_kinds) order by at + later, action_id, phase desc`,
  `insert into audit_runs (finished_at, violations)
   select now() - day * interval '1 day', '{}' from generate_series(700, 1, -1) as day`,
  `select graphile_worker.add_job('book_paid_pi', json_build_object('orderId', id), run_at := now() + interval '1 day',
     job_key := 'book_paid_pi:' || id) from wanted where kind = 'paid'`,
];
