import { payUntilReview, purchase, until, untilStatus } from '../../support/app/purchase.ts';
import { APPROVALS } from './approval-states.ts';
import { LISTS } from './list-states.ts';
import { at, buyer, chooseOf, confirm, debtor, draft, field, ITEMS, pending, type Scene, submit } from './scenes.ts';
import type { Stage } from './stage.ts';

/** Every state in which a buyer meets the page, by the name of its picture. */
export const STATES: Record<string, (stage: Stage) => Promise<Scene>> = {
  'choose-first-visit': async (stage) => chooseOf(await debtor(stage)),
  'choose-filled-in': async (stage) => ({
    ...chooseOf(await debtor(stage)),
    async act(page) {
      await field(page, 'wa_balance').fill('2000000');
      await field(page, 'agent_extra').fill('5');
      await page.getByRole('radio').nth(1).check({ force: true });
    },
  }),
  'choose-mistake': async (stage) => ({
    ...chooseOf(await debtor(stage)),
    async act(page) {
      await field(page, 'wa_balance').fill('500000');
      await field(page, 'voice_call_extra').fill('1');
      await submit(page);
      await page.getByRole('alert').waitFor();
    },
  }),
  'choose-order-pending': async (stage) => {
    const one = await debtor(stage);
    await pending(one);
    return { ...chooseOf(one), act: (page) => field(page, 'agent_extra').fill('2') };
  },
  'choose-prices-missing': async (stage) => {
    const { mekariBilling } = stage.app.sandbox;
    const one = await debtor(stage);
    mekariBilling.faults.set([{ kind: 'status', status: 503 }]);
    await until(
      () => one.client.query('{ topupOrganization { unavailableTopupOptions { code } } }'),
      ({ topupOrganization }) => topupOrganization.unavailableTopupOptions.length > 2,
    );
    return { ...chooseOf(one), end: () => mekariBilling.faults.clear() };
  },
  'choose-read-only': async (stage) => {
    const { entry } = await debtor(stage);
    return { entry: await stage.entry(entry.id, entry.name, 'topup:read'), path: '/' };
  },
  'choose-not-enrolled': async (stage) => ({
    entry: await stage.entry('1007', 'Yayasan Pendidikan Harapan'),
    path: '/',
  }),
  'choose-offline': async (stage) => ({
    ...chooseOf(await debtor(stage)),
    async act(page) {
      await page.getByRole('heading', { level: 3 }).first().waitFor();
      await page.context().setOffline(true);
      await page.evaluate(() => window.dispatchEvent(new Event('online')));
      await page.locator('.notice').waitFor();
    },
  }),
  'choose-loading': async (stage) => ({
    ...chooseOf(await debtor(stage)),
    async act(page) {
      await page.route('**/graphql', () => undefined);
      await page.reload();
      await page.locator('.skeleton').waitFor();
    },
  }),
  review: async (stage) => {
    const one = await debtor(stage);
    return at(one, await draft(one));
  },
  'review-confirm': async (stage) => {
    const one = await debtor(stage);
    return { ...at(one, await draft(one)), act: confirm };
  },
  'review-price-changed': async (stage) => {
    const { mekariBilling } = stage.app.sandbox;
    const before = mekariBilling.packages.get('pkg-agent')?.price ?? '';
    const one = await debtor(stage);
    const order = await draft(one);
    mekariBilling.setPrice('pkg-agent', String(Math.round(Number(before) * 1.08)));
    return {
      ...at(one, order),
      isSpent: true,
      async act(page) {
        await confirm(page);
        await page.getByRole('dialog').locator('button.main').click();
        await page.getByRole('alert').waitFor();
      },
      end: () => mekariBilling.setPrice('pkg-agent', before),
    };
  },
  'review-ordering-closed': async (stage) => {
    const one = await debtor(stage);
    const order = await draft(one);
    await stage.app.setFlag('billing_new_topup', false);
    return { ...at(one, order), end: () => stage.app.setFlag('billing_new_topup', true) };
  },
  ...APPROVALS,
  'review-expired': async (stage) => {
    const one = await debtor(stage);
    const order = await draft(one);
    await stage.app.db.query(
      `update topup_orders set quote_expires_at = now() - interval '1 second' where number = $1`,
      [order.number],
    );
    return at(one, order);
  },
  'pay-awaiting': async (stage) => {
    const one = await debtor(stage);
    return at(one, await pending(one));
  },
  'pay-help': async (stage) => {
    const one = await buyer(stage);
    return { ...at(one, await pending(one)), act: (page) => page.locator('.help summary').click() };
  },
  'pay-link-coming': async (stage) => {
    const { mekariPay } = stage.app.sandbox;
    const one = await buyer(stage);
    const order = await draft(one);
    mekariPay.faults.set([{ kind: 'status', status: 503 }]);
    return {
      ...at(one, order),
      isSpent: true,
      async act(page) {
        await confirm(page);
        await page.getByRole('dialog').locator('button.main').click();
        await page.locator('[data-order-status="PENDING_PAYMENT"]').waitFor();
      },
      end: () => mekariPay.faults.clear(),
    };
  },
  'pay-part': async (stage) => {
    const one = await buyer(stage);
    const order = await pending(one);
    await stage.app.sandbox.mekariPay.payPart(order.number);
    return at(one, await untilStatus(one.client, order.id, 'PAYMENT_REVIEW'));
  },
  'pay-wrong-currency': async (stage) => {
    const one = await buyer(stage);
    return at(one, await payUntilReview(stage.app, one.client, await pending(one), { currency: 'USD', amount: 150 }));
  },
  'pay-received': async (stage) => {
    const { mekariPay, moderator } = stage.app.sandbox;
    const one = await buyer(stage);
    const order = await pending(one);
    moderator.faults.set([{ kind: 'status', status: 503, match: { body: order.number } }]);
    await mekariPay.pay(order.number);
    return { ...at(one, await untilStatus(one.client, order.id, 'PAID')), end: () => moderator.faults.clear() };
  },
  'pay-completed': async (stage) => {
    const one = await debtor(stage);
    return at(one, await purchase(stage.app, one.client, one.entry.id, ITEMS));
  },
  'pay-expired': async (stage) => {
    const one = await buyer(stage);
    const order = await pending(one);
    await stage.app.sandbox.mekariPay.expire(order.number);
    return at(one, await untilStatus(one.client, order.id, 'EXPIRED'));
  },
  'pay-late': async (stage) => {
    const { mekariPay } = stage.app.sandbox;
    const one = await buyer(stage);
    const order = await pending(one);
    await mekariPay.expire(order.number);
    await untilStatus(one.client, order.id, 'EXPIRED');
    await mekariPay.payLate(order.number);
    return at(one, await untilStatus(one.client, order.id, 'COMPLETED'));
  },
  'pay-cancelled': async (stage) => {
    const one = await buyer(stage);
    return {
      ...at(one, await pending(one)),
      isSpent: true,
      async act(page) {
        await page.locator('.actions button.quiet').click();
        await page.locator('button.danger').click();
        await page.locator('[data-order-status="CANCELLED"]').waitFor();
      },
    };
  },
  'pay-read-only': async (stage) => {
    const one = await buyer(stage);
    const order = await pending(one);
    const entry = await stage.entry(one.entry.id, one.entry.name, 'topup:read');
    return { entry, path: `/?orderId=${order.id}` };
  },
  receipt: async (stage) => {
    const one = await debtor(stage);
    const order = await purchase(stage.app, one.client, one.entry.id, ITEMS);
    return { entry: one.entry, path: `/?orderId=${order.id}&view=receipt` };
  },
  ...LISTS,
  'order-missing': async (stage) => at(await buyer(stage), { id: '00000000-0000-7000-8000-000000000000' }),
  'session-over': async (stage) => {
    const { entry } = await buyer(stage);
    return { entry: { ...entry, token: `${entry.token.slice(0, -8)}AAAAAAAA` }, path: '/' };
  },
};
