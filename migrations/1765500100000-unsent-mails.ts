import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mails that end unsent, and addresses that the mail server refuses. New tables, so nobody waits for them. */
const statements = [
  `create table unsent_order_mails (
  order_id uuid not null,
  kind text not null,
  recipient_hash text not null,
  organization_id text not null,
  hint text not null,
  sending integer not null,
  status text not null,
  reason text,
  noted_at timestamptz(3) not null,
  constraint unsent_order_mails_pkey primary key (order_id, kind, recipient_hash),
  constraint unsent_order_mails_order_fkey foreign key (order_id) references topup_orders (id),
  constraint unsent_order_mails_status_check check (status in ('SUPPRESSED', 'GIVEN_UP', 'NO_CONTACT'))
)`,
  `create index unsent_order_mails_noted_idx on unsent_order_mails (noted_at)`,
  `create table refused_mail_addresses (
  address_hash text not null,
  organization_id text not null,
  hint text not null,
  refusals integer not null,
  reason text not null,
  refused_at timestamptz(3) not null,
  constraint refused_mail_addresses_pkey primary key (address_hash)
)`,
  ...['unsent_order_mails', 'refused_mail_addresses'].flatMap((table) => [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    `create policy all_rows on ${table} to self_topup_background, self_topup_migrator using (true) with check (true)`,
  ]),
  `grant select, insert, update, delete on unsent_order_mails, refused_mail_addresses to self_topup_background`,
];

export class UnsentMails1765500100000 implements MigrationInterface {
  name = 'UnsentMails1765500100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of statements) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table unsent_order_mails, refused_mail_addresses');
  }
}
