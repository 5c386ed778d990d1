import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Notes a step for its subscribers in the order's own transaction. Callers have no right on these tables, so it runs as their owner. Without
 * a subscription it reads one empty table, which costs a settlement less than an insert that finds nothing to insert.
 */
const notes = `create or replace function note_order_event() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from SCHEMA.event_subscriptions where is_enabled) then
    return null;
  end if;
  insert into SCHEMA.event_deliveries as delivery (subscription_id, order_id, after_event_id, last_event_id, due_at, changed_at)
  select subscription.id, new.order_id, new.id - 1, new.id, now(), now() from SCHEMA.event_subscriptions as subscription
  where subscription.is_enabled and (subscription.organization_id is null
    or subscription.organization_id = (select organization_id from SCHEMA.topup_orders where id = new.order_id))
  on conflict (subscription_id, order_id) do update
  set last_event_id = excluded.last_event_id, due_at = coalesce(delivery.due_at, excluded.due_at), changed_at = excluded.changed_at;
  return null;
end $$`;

const trigger = `create or replace trigger topup_order_events_noted after insert on topup_order_events
  for each row execute function note_order_event()`;

export class EventsAreNoted1767700000001 implements MigrationInterface {
  name = 'EventsAreNoted1767700000001';

  /** By itself, because it takes the table of steps for a moment. */
  async up(queryRunner: QueryRunner): Promise<void> {
    const [row] = (await queryRunner.query('select quote_ident(current_schema()) as schema')) as { schema: string }[];
    await queryRunner.query(notes.replaceAll('SCHEMA', row?.schema ?? 'public'));
    await queryRunner.query(trigger);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop trigger topup_order_events_noted on topup_order_events');
    await queryRunner.query('drop function note_order_event');
  }
}
