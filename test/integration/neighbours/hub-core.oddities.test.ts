import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Organization } from '../../../sandbox/index.ts';
import { ExcessUsagesDocument, TopupOptionsDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { queuedJobs } from '../../support/app/jobs.ts';
import { codes, refusals, tryConfirm, tryCreate } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, until } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ env: { ORGANIZATION_TTL_SECONDS: '0' } });
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

/** An organization whose fields hold any nonsense. */
async function organization(fields: Record<string, unknown>) {
  const id = addOrganization(app.sandbox, '1001', fields as Partial<Organization>);
  return { id, client: await app.client({ organization_id: id }) };
}
type Buyer = Awaited<ReturnType<typeof organization>>;

const optionsOf = async ({ client }: Buyer) => [...((await client.query(TopupOptionsDocument, {})).topupOptions ?? [])];
const owedOf = async ({ client }: Buyer) =>
  ((await client.query(ExcessUsagesDocument, {})).excessUsages ?? []).map(
    ({ code, quantity }) => `${code} ${quantity}`,
  );

const ALL = ['wa_balance', 'muv', 'agent_extra', 'voice_call_extra', 'chatbot_ai_extra'];
const EXCESS_UNAVAILABLE = {
  code: 'EXCESS_UNAVAILABLE',
  field: ['input', 'items', '0'],
  suggestedQuantity: null,
  retryable: true,
};

describe('an unreadable excess', () => {
  const READABLE = { key: 'wa_balance_excess', period: '2026-10', quantity: 250 };

  test.each([
    ['a fraction', { key: 'muv_excess', period: '2026-10', quantity: 12.5 }],
    ['a text for a quantity', { key: 'muv_excess', period: '2026-10', quantity: '12' }],
    ['more than can be counted exactly', { key: 'muv_excess', period: '2026-10', quantity: 2 ** 53 }],
    ['no period', { key: 'muv_excess', quantity: 12 }],
  ])('%s: is not shown and blocks orders of its quota, and nothing else changes', async (_, row) => {
    const buyer = await organization({
      excess: [{ key: 'muv_excess', period: '2026-09', quantity: 1 }, row, READABLE],
    });
    const options = await optionsOf(buyer);
    expect(options.map(({ code }) => code)).toEqual(ALL);
    expect(options.filter(({ excessUsage }) => excessUsage !== null).map(({ code }) => code)).toEqual(['wa_balance']);
    expect(await owedOf(buyer)).toEqual(['wa_balance 250']);

    expect(refusals(await tryCreate(buyer.client, buyer.id, { muv: '500' }))).toEqual([EXCESS_UNAVAILABLE]);
    expect((await createOrder(buyer.client, buyer.id, { wa_balance: '1000000' })).excessTotal.amount).toBe('250');
    expect((await createOrder(buyer.client, buyer.id, { agent_extra: '1' })).excessTotal.amount).toBe('0');
  });

  test('without a key: blocks orders of every quota that can have excess, and of no other', async () => {
    const buyer = await organization({ excess: [{ period: '2026-10', quantity: 12 }, null] });
    expect((await optionsOf(buyer)).map(({ code }) => code)).toEqual(ALL);
    expect(await owedOf(buyer)).toEqual([]);
    expect(refusals(await tryCreate(buyer.client, buyer.id, { muv: '500' }))).toEqual([EXCESS_UNAVAILABLE]);
    expect(refusals(await tryCreate(buyer.client, buyer.id, { wa_balance: '1000000' }))).toEqual([EXCESS_UNAVAILABLE]);
    expect(codes(await tryCreate(buyer.client, buyer.id, { agent_extra: '1' }))).toEqual([]);
  });
});

test.each([
  ['whether it is enabled', { is_enabled: null, minimum_value: 3_000_000 }],
  ['anything of it', null],
])("a minimum commitment that does not say %s is ignored: the row's own minimum holds", async (_, mcc) => {
  const buyer = await organization({ settings: { bifrost_new_topup: true, mcc } });
  const options = await optionsOf(buyer);
  expect(options.find(({ code }) => code === 'wa_balance')?.minimum).toBe('1000000');
  expect(codes(await tryCreate(buyer.client, buyer.id, { wa_balance: '1000000' }))).toEqual([]);
});

test.each(['soon', '2027-02-30', '31-12-2027', 20_271_231])(
  'a contract with an invalid end (%s) only blocks the confirm of lines that end with it',
  async (end_date) => {
    const buyer = await organization({ contract: { end_date } });
    expect((await optionsOf(buyer)).map(({ code }) => code)).toEqual(ALL);
    const withContract = await createOrder(buyer.client, buyer.id, { agent_extra: '1', muv: '500' });
    expect(codes(await tryConfirm(buyer.client, withContract))).toEqual(['CONTRACT_END_MISSING']);
    const without = await createOrder(buyer.client, buyer.id, { wa_balance: '1000000', muv: '500' });
    expect(codes(await tryConfirm(buyer.client, without))).toEqual([]);
  },
);

test('an invalid billing contact is skipped, and the others get their mail', async () => {
  const good = { name: null, email: 'finance@oddities.example.test', locale: null };
  const broken = [{ name: 'Siti', email: 'siti at oddities' }, { name: 'Budi' }, 'dewi@oddities.example.test', null];
  const { id, client } = await organization({ billing_contacts: [...broken, good] });
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  await until(
    () => queuedJobs(app, order.id),
    (jobs) => jobs.every(({ task }) => task !== 'send_order_mail'),
  );
  const mails = app.sandbox.mail.messages().filter(({ subject }) => subject.includes(order.number));
  expect(mails.map(({ to }) => to)).toEqual([[good.email]]);
});

test('an organization with the required fields alone can order options that need no component', async () => {
  const buyer = await organization({ components: null, billing_contacts: null, excess: null, contract: null });
  expect((await optionsOf(buyer)).map(({ code }) => code)).toEqual(['muv', 'agent_extra']);
  await confirmOrder(buyer.client, await createOrder(buyer.client, buyer.id, { muv: '500' }));
});
