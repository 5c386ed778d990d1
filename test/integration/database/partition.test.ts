import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit } from '../../../src/audit/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { purchase } from '../../support/app/purchase.ts';

/** docs/scaling.md 5: the recipe for partitions by month fits the tables as they are, and the product works over it. */

const RECIPE = readFileSync(new URL('../../../bench/grow/partition.sql', import.meta.url), 'utf8');

/** Triggers, policies, grants and keys of other tables that the two tables have. */
const PARTS = `
  with kept as (select * from pg_class where oid in ('topup_orders'::regclass, 'quota_ledger_entries'::regclass))
  select pg_get_triggerdef(pg_trigger.oid) as part from pg_trigger join kept on tgrelid = kept.oid where not tgisinternal
  union all select to_jsonb(pg_policies)::text from pg_policies where schemaname = 'public'
  union all select format('%s %s', relname, aclexplode(relacl)) from kept
  union all select format('%s.%s %s', relname, attname, aclexplode(attacl)) from kept join pg_attribute on attrelid = kept.oid
  union all select format('%s %s %s', relowner, relrowsecurity, relforcerowsecurity) from kept
  union all select format('%s %s', conname, pg_get_constraintdef(pg_constraint.oid)) from pg_constraint where contype in ('c', 'f')
    and (conrelid in (select oid from kept) or confrelid in (select oid from kept)) and conparentid = 0
  order by part`;

const KEYS_OF_ALL_MONTHS =
  'CREATE TRIGGER topup_orders_keys AFTER INSERT OR DELETE OR UPDATE OF payment_provider, payment_invoice_id ' +
  'ON public.topup_orders FOR EACH ROW EXECUTE FUNCTION note_order_keys()';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app?.close());

const partsOf = async () => (await app.db.query<{ part: string }>(PARTS)).map(({ part }) => part);

test('tables by month keep their rules, and sell as before', async () => {
  const client = await app.client();
  const before = await purchase(app, client, '1001', { muv: '500' });
  const parts = await partsOf();

  await app.db.query(RECIPE);

  expect(parts.length).toBeGreaterThan(60);
  expect((await partsOf()).filter((part) => part !== KEYS_OF_ALL_MONTHS)).toEqual(parts);
  const after = await purchase(app, client, '1001', { muv: '500' });
  expect([before.status, after.status]).toEqual(['COMPLETED', 'COMPLETED']);
  expect(await app.db.query('select from topup_orders_other union all select from quota_ledger_entries_other')).toEqual(
    [],
  );
  const { violations } = await audit(app.database, systemClock);
  expect(violations).toEqual([]);

  await expect(app.db.query(COPY, [before.id])).rejects.toThrow(/"topup_orders_number_key"/);
  await expect(app.db.query(OTHERS_INVOICE, [before.id, after.id])).rejects.toThrow(
    /"topup_orders_payment_invoice_key"/,
  );
});

const COPY = `insert into topup_orders select (jsonb_populate_record(null::topup_orders, to_jsonb(o) || draft)).* from topup_orders o
  cross join jsonb_build_object('id', uuidv7(), 'status', 'DRAFT', 'paid_at', null, 'completed_at', null, 'paid_invoice_number', null,
    'confirmed_at', null, 'payment_expires_at', null, 'payment_invoice_id', null, 'payment_url', null) as draft where o.id = $1`;

const OTHERS_INVOICE = `update topup_orders set payment_invoice_id = (select payment_invoice_id from topup_orders where id = $1)
  where id = $2`;
