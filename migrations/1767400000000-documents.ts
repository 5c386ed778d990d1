import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Null in every existing row and in those that the version before writes, so no row is rewritten. */
const frozenFacts = [
  `alter table topup_orders
  add column if not exists organization_details jsonb,
  add column if not exists purchase_order_number text`,
  `grant insert (organization_details, purchase_order_number) on topup_orders to self_topup_runtime`,
];

/** The quotes of drafts that were quoted anew, as their rows were. */
const replacedQuotes = [
  `create table replaced_quotes (
  order_id uuid not null,
  quote integer not null,
  order_row jsonb not null,
  lines jsonb not null,
  replaced_at timestamptz(3) not null,
  constraint replaced_quotes_pkey primary key (order_id, quote),
  constraint replaced_quotes_order_fkey foreign key (order_id) references topup_orders (id) on delete cascade,
  constraint replaced_quotes_quote_check check (quote > 0)
)`,
];

const documents = [
  `create table order_documents (
  order_id uuid not null,
  kind text not null,
  quote integer not null,
  content bytea not null,
  content_hash text not null,
  made_at timestamptz(3) not null,
  constraint order_documents_pkey primary key (order_id, kind, quote),
  constraint order_documents_order_fkey foreign key (order_id) references topup_orders (id) on delete cascade,
  constraint order_documents_kind_check check (kind in ('QUOTATION', 'RECEIPT', 'BOOKED_INVOICE')),
  constraint order_documents_quote_check check (quote >= 0 and (kind = 'QUOTATION') = (quote > 0)),
  constraint order_documents_hash_check check (content_hash = encode(sha256(content), 'hex'))
)`,
  // PostgreSQL would try to compress what is compressed already.
  `alter table order_documents alter column content set storage external`,
];

/** Both tables: written once, by callers for their own orders, and deleted with a deleted draft alone. */
const guards = ['replaced_quotes', 'order_documents'].flatMap((table) => [
  `create trigger ${table}_append_only before update on ${table} for each row execute function refuse_change()`,
  `create trigger ${table}_delete before delete on ${table} for each row execute function check_order_event_delete()`,
  `create trigger ${table}_no_truncate before truncate on ${table} for each statement execute function refuse_change()`,
  `grant select, insert on ${table} to self_topup_runtime`,
  `grant select on ${table} to self_topup_background`,
  `alter table ${table} enable row level security`,
  `alter table ${table} force row level security`,
  `create policy own_rows on ${table} to self_topup_runtime
  using ((select true from topup_orders where id = order_id)) with check ((select true from topup_orders where id = order_id))`,
  `create policy all_rows on ${table} to self_topup_background, self_topup_migrator using (true) with check (true)`,
]);

export class Documents1767400000000 implements MigrationInterface {
  name = 'Documents1767400000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [...frozenFacts, ...replacedQuotes, ...documents, ...guards])
      await queryRunner.query(statement);
  }

  /** Documents stay as they are, and the version before works with the new tables and columns. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
