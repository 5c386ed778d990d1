import type { OrderFragment } from '../../generated/operations.ts';
import { until } from '../app/purchase.ts';
import { invoiceEvent } from '../app/webhook.ts';
import type { RelayedAnswer } from '../neighbours/relay.ts';
import type { CanaryBuyer } from './canary-buyer.ts';
import type { CanaryPlace } from './canary-place.ts';

/** Runs waiting jobs now, until the order's job of this kind has failed. */
async function untilFailed({ db }: CanaryPlace, task: string, { id }: OrderFragment): Promise<void> {
  const failed = async () => {
    await db.query('update graphile_worker._private_jobs set run_at = now() where locked_at is null');
    return db.query(
      `select from graphile_worker.jobs where task_identifier = $1 and key like '%' || $2 || '%' and last_error is not null`,
      [task, id],
    );
  };
  await until(failed, ({ length }) => length > 0);
}

/** The neighbours' answers: with all their data in headers and bodies; undefined: no answer. */
function failures({ nonsense: { headers, json, html } }: CanaryPlace): (RelayedAnswer | undefined)[] {
  return [
    { status: 500, headers, body: json },
    { status: 422, headers, body: json },
    { status: 200, headers, body: json },
    { status: 200, headers, body: json.replaceAll('[', '{"row":').replaceAll(']', '}') },
    { status: 200, headers, body: json.slice(0, -9) },
    { status: 200, headers: { ...headers, 'content-type': 'text/html' }, body: html },
    { status: 302, headers, body: html },
    undefined,
  ];
}

/** Breaks every neighbour in every way, around an order and a page; then all of them recover. */
export async function failingNeighbours(place: CanaryPlace, buyer: CanaryBuyer): Promise<void> {
  const { relays, sandbox, mail, canaries } = place;
  const drafts: OrderFragment[] = [];
  for (const _ of failures(place)) drafts.push(await buyer.create());
  for (const [index, failure] of failures(place).entries()) {
    const order = drafts[index] as OrderFragment;
    relays.pay.answerAll(failure);
    await buyer.confirm(order);
    await buyer.checkAndCancel(order);
    await untilFailed(place, 'issue_invoice', order);
  }
  relays.pay.passOn();
  const [order, paid] = [await buyer.create(), await buyer.create()];
  await buyer.confirm(paid);
  const invoiced = () =>
    place.db.query('select from topup_orders where id = $1 and payment_invoice_id is not null', [paid.id]);
  await until(invoiced, ({ length }) => length > 0);
  for (const failure of failures(place)) {
    for (const relay of [relays.billing, relays.hubCore]) {
      relay.answerAll(failure);
      await buyer.browse();
      await buyer.confirm(order);
    }
    for (const relay of [relays.billing, relays.hubCore]) relay.passOn();
  }

  // An unknown key, whose set cannot be fetched.
  relays.keys.answerAll(failures(place)[0]);
  await sandbox.auth.rotate();
  const authorization = `Bearer ${canaries.plantAs('token of a new key', await sandbox.auth.token())}`;
  await buyer.ask('unknown key', '/iag/v1/topup-configurations', { headers: { authorization } });
  relays.keys.passOn();

  relays.moderator.answerAll(failures(place)[0]);
  mail.refuse();
  const payer = {
    payer_name: canaries.plant('name in a webhook'),
    payer: { email: canaries.plant('mail in a webhook') },
  };
  const event = invoiceEvent(place, paid);
  const body = { ...event, ...payer, data: { ...event.data, ...payer } };
  for (const more of [{}, { id: 'no-signature', headers: { 'webhook-signature': canaries.plant('signature') } }]) {
    const sent = await sandbox.mekariPay.sendRaw({ body, ...more });
    buyer.answers.push({ what: 'webhook', text: JSON.stringify(sent), own: [] });
  }
  await untilFailed(place, 'book_paid_pi', paid);
  relays.moderator.passOn();
  await untilFailed(place, 'send_order_mail', paid);
}

/** PostgreSQL refuses writes, with the row or a value of it in its message; reads fail; it goes down. */
export async function failingDatabase(place: CanaryPlace, buyer: CanaryBuyer): Promise<void> {
  const { db, sandbox, replica } = place;
  const logText = () => replica.process.output.stdout;
  const [order, other] = [await buyer.create(), await buyer.create()];
  await db.query('alter table idempotency_keys add constraint no_key check (key is null) not valid');
  await buyer.confirm(order);
  await db.query('alter table idempotency_keys drop constraint no_key');

  await db.query('alter table topup_orders add constraint no_invoice check (payment_invoice_id is null) not valid');
  await buyer.confirm(order);
  await untilFailed(place, 'issue_invoice', order);
  await db.query('alter table topup_orders drop constraint no_invoice');

  // The value stands in the message itself, as in PostgreSQL's error for unreadable input.
  await db.query(`create function read_as_number() returns trigger language plpgsql as
    $$ begin perform (to_jsonb(new) ->> tg_argv[0])::bigint; return new; end $$`);
  const spoil = (table: string, column: string) =>
    db.query(
      `create trigger spoilt before insert or update on ${table} for each row execute function read_as_number(${column})`,
    );
  await spoil('idempotency_keys', 'key');
  await buyer.confirm(other);
  await db.query('drop trigger spoilt on idempotency_keys');

  const paid = await buyer.create();
  await buyer.confirm(paid);
  await spoil('payment_events', 'event_id');
  const body = invoiceEvent(place, paid);
  const id = place.canaries.plant('id of a webhook');
  const sent = await sandbox.mekariPay.sendRaw({ body, id });
  buyer.answers.push({ what: 'webhook that is not stored', text: JSON.stringify(sent), own: [] });
  await db.query('drop trigger spoilt on payment_events');

  for (const table of ['topup_orders', 'topup_configurations', 'feature_flags']) {
    await db.query(`alter table ${table} rename to away`);
    await buyer.browse();
    // The catalogue is read again when the last read is a second old, flags when it is two seconds old.
    if (table !== 'topup_orders')
      await until(
        () => buyer.browse().then(logText),
        (text) => text.includes(`relation \\"${table}\\" does not exist`),
      );
    await db.query(`alter table away rename to ${table}`);
  }
  await db.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = $1`, [place.databaseRole]);
  await buyer.browse();
  await buyer.untilStatus(paid, 'PENDING_PAYMENT');

  // The job stays failed, so that the nets can catch its error.
  await spoil('topup_orders', 'payment_url');
  await buyer.confirm(other);
  await untilFailed(place, 'issue_invoice', other);
}
