import type { Provider } from '@openfeature/server-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, tryCreate } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { countSql } from '../../support/database/sql-counter.ts';
import { stillClock } from '../../support/tools/movable-clock.ts';

/** A query of options alone, which gets compiled. */
const PAGE = '{ topupOptions { code description minimum unitPrice { amount } validUntil } }';
/** More than the uses before a document is compiled. */
const OFTEN = 25;
const HOUR_SECONDS = 3600;
const ORGANIZATION_SECONDS = 6 * HOUR_SECONDS;

/** Flags that do not expire with time: a difference on the page then comes from the tested change. */
class SwitchedByHand implements Provider {
  readonly metadata = { name: 'by hand' };
  readonly runsOn = 'server';
  private off: ReadonlySet<string> = new Set();

  switchOff(...keys: string[]): void {
    this.off = new Set(keys);
  }

  async resolveBooleanEvaluation(key: string) {
    return { value: !this.off.has(key) };
  }

  resolveStringEvaluation = neither;
  resolveNumberEvaluation = neither;
  resolveObjectEvaluation = neither;
}

async function neither(): Promise<never> {
  throw new Error('there are flags that are on or off alone');
}

const time = stillClock();
const flagProvider = new SwitchedByHand();
let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startApp({
    clock: time.clock,
    sandbox: { clock: time.now },
    flagProvider,
    // Longer than the hour of a price: a renewed organization must not be the cause of a changed page.
    env: { ORGANIZATION_TTL_SECONDS: String(ORGANIZATION_SECONDS) },
  });
  admin = await app.client({ organization_id: '1001', expires_in: 100 * 24 * HOUR_SECONDS });
  for (let asked = 0; asked < OFTEN; asked += 1) await admin.query(PAGE);
});
afterAll(() => app.close());

interface Shown {
  code: string;
  description: string | null;
  minimum: string;
  unitPrice: { amount: string };
  validUntil: string | null;
}

async function pageOf(client = admin): Promise<Record<string, Shown>> {
  const { topupOptions } = await client.query(PAGE);
  return Object.fromEntries((topupOptions as Shown[]).map((option) => [option.code, option]));
}

const allOf = ['agent_extra', 'chatbot_ai_extra', 'muv', 'voice_call_extra', 'wa_balance'];
const codesOf = async (client = admin) => Object.keys(await pageOf(client)).toSorted();

test('a warm page belongs to its caller: anonymous, foreign and other organizations get their own', async () => {
  expect(await codesOf()).toEqual(allOf);
  const other = await app.client({ organization_id: addOrganization(app.sandbox, '1001', { components: [] }) });
  expect(await codesOf(other)).toEqual(['agent_extra', 'muv']);
  const stranger = await (await app.client({ organization_id: '1001', scope: '' })).send(PAGE);
  expect(stranger.data.topupOptions).toBeNull();
  expect(stranger.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' }, path: ['topupOptions'] }]);
  const nobody = await (await app.client({ organization_id: '1001', expires_in: -60 })).send(PAGE);
  expect(nobody.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  const asked = await admin.send(`query ($id: ID) { topupOptions(organizationId: $id) { code } }`, { id: '1002' });
  expect(asked.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

/** Another client changes the database: this server gets no signal. */
const switchRow = (code: string, active: boolean) =>
  app.db.query('update topup_configurations set active = $2 where code = $1', [code, active]);

test('pages show a row that changes in the database within a second', async () => {
  expect(await codesOf()).toEqual(allOf);
  await switchRow('agent_extra', false);
  expect(await codesOf()).toEqual(allOf);
  time.advance(1);
  expect(await codesOf()).toEqual(allOf.filter((code) => code !== 'agent_extra'));
  await switchRow('agent_extra', true);
  time.advance(1);
  expect(await codesOf()).toEqual(allOf);
});

test('orders see the change at once, and so do later pages', async () => {
  expect(await codesOf()).toEqual(allOf);
  await switchRow('agent_extra', false);
  const order = () => tryCreate(admin, '1001', { agent_extra: '1' });
  expect(codes(await order())).toEqual(['OPTION_UNAVAILABLE']);
  expect(await codesOf()).toEqual(allOf.filter((code) => code !== 'agent_extra'));
  await switchRow('agent_extra', true);
  expect(codes(await order())).toEqual([]);
});

test('pages of one second share one read of the catalogue', async () => {
  const sql = countSql(app);
  const reads = async (pages: number) => {
    const statements = await sql.during(() => Promise.all(Array.from({ length: pages }, () => pageOf())));
    return statements.filter((text) => text.includes('topup_configurations')).length;
  };
  time.advance(1);
  expect(await reads(20)).toBe(1);
  time.advance(0.999);
  expect(await reads(20)).toBe(0);
  time.advance(0.001);
  expect(await reads(20)).toBe(1);
});

test('a flag that is switched off is off for the next page', async () => {
  flagProvider.switchOff('billing_voice_call_topup');
  expect(await codesOf()).toEqual(allOf.filter((code) => code !== 'voice_call_extra'));
  flagProvider.switchOff('billing_new_topup_page');
  expect(await codesOf()).toEqual([]);
  flagProvider.switchOff();
  expect(await codesOf()).toEqual(allOf);
});

test('a price changes after its hour, and is dropped while it cannot be fetched', async () => {
  expect((await pageOf())['muv']).toMatchObject({ unitPrice: { amount: '600' }, description: 'Rp600 per visitor.' });
  app.sandbox.mekariBilling.setPrice('pkg-muv', '650');
  time.advance(HOUR_SECONDS + 1);
  expect((await pageOf())['muv']).toMatchObject({ unitPrice: { amount: '650' }, description: 'Rp650 per visitor.' });
  app.sandbox.mekariBilling.faults.set([{ kind: 'status', match: { path: 'pkg-muv' } }]);
  time.advance(HOUR_SECONDS + 1);
  expect(await codesOf()).toEqual(allOf.filter((code) => code !== 'muv'));
  app.sandbox.mekariBilling.faults.set([]);
  // A failure is cached for five seconds.
  time.advance(6);
  expect(await codesOf()).toEqual(allOf);
});

test('an organization that changes at hub-core changes here when its cache time ends', async () => {
  const { organizations } = app.sandbox.hubCore;
  const known = organizations.get('1001');
  if (known === undefined) throw new Error('there is no organization 1001');
  // Fetched now.
  time.advance(ORGANIZATION_SECONDS + 1);
  await pageOf();
  organizations.set({ ...known, settings: { ...known.settings, mcc: { is_enabled: true, minimum_value: 2_000_000 } } });
  // Prices are fetched a moment before: then only the organization differs.
  time.advance(ORGANIZATION_SECONDS - 10);
  await pageOf();
  time.advance(11);
  expect((await pageOf())['wa_balance']).toMatchObject({ minimum: '2000000' });
  organizations.set(known);
  time.advance(ORGANIZATION_SECONDS + 1);
  expect((await pageOf())['wa_balance']).toMatchObject({ minimum: '1000000' });
});

test('a purchase ends with the next month once the month has ended in Jakarta', async () => {
  const end = Date.parse((await pageOf())['muv']?.validUntil ?? '');
  // The page is read a moment before, so that nothing else changes at the end of the month.
  time.advance((end - time.now().getTime()) / 1000 - 10);
  const before = (await pageOf())['muv']?.validUntil ?? '';
  time.advance(11);
  const after = (await pageOf())['muv']?.validUntil ?? '';
  const days = (Date.parse(after) - Date.parse(before)) / 86_400_000;
  expect([28, 29, 30, 31]).toContain(days);
});
