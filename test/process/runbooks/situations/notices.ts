import { expect } from 'vitest';
import { startApp } from '../../../support/app/app.ts';
import { untilStatus } from '../../../support/app/purchase.ts';
import { invoiceEvent } from '../../../support/app/webhook.ts';
import type { Situation, World } from '../walk.ts';
import { pending } from './buying.ts';

const DRY_RUN = 'npm run orders -- reconcile --since 2026-11-22T00:00:00Z --dry-run';
const NEW_SECRET = `whsec_${Buffer.from('a secret that only Mekari Pay has').toString('base64')}`;

/** Three attempts for each of two payments. */
async function paidUnheard(world: World) {
  const orders = [await pending(world), await pending(world)];
  for (const { order } of orders) {
    await world.app.sandbox.mekariPay.pay(order.number);
    await world.app.sandbox.mekariPay.waitForDelivery(
      ({ externalId, state }) => externalId === order.number && state === 'given-up',
    );
  }
  return orders;
}

/** The restart of a replica with both secrets: one beside it, which gets the events from now on. */
async function restartWithBoth(world: World): Promise<void> {
  const { sandbox, db, url } = world.app;
  const both = `${NEW_SECRET},${sandbox.environment()['MEKARI_PAY_WEBHOOK_SECRET']}`;
  const restarted = await startApp({ shared: { db, sandbox }, env: { MEKARI_PAY_WEBHOOK_SECRET: both } });
  sandbox.mekariPay.setWebhookUrl(`${restarted.url}/webhooks/mekari-pay`);
  const { client, order } = await pending(world);
  await sandbox.mekariPay.pay(order.number);
  await untilStatus(client, order.id, 'COMPLETED');
  sandbox.mekariPay.setWebhookUrl(`${url}/webhooks/mekari-pay`);
  await restarted.close();
}

const secretIsRotated: Situation = {
  title: 'the secret of the webhook was changed at Mekari Pay alone',
  alerts: ['WebhookBadSignature'],
  async bringAbout(world) {
    const { sandbox } = world.app;
    const secret = sandbox.environment()['MEKARI_PAY_WEBHOOK_SECRET'] ?? '';
    sandbox.mekariPay.setWebhookSecrets([NEW_SECRET]);
    const orders = await paidUnheard(world);
    return {
      look(looked) {
        const { code, stdout } = looked.get(DRY_RUN) ?? {};
        expect(code).toBe(1);
        for (const { order } of orders) expect(stdout).toContain(`${order.number}  payment_not_credited`);
      },
      end: () => restartWithBoth(world),
      async isOver() {
        for (const { client, order } of orders) await untilStatus(client, order.id, 'COMPLETED');
        sandbox.mekariPay.setWebhookSecrets([secret]);
      },
    };
  },
};

const shapeIsChanged: Situation = {
  title: 'Mekari Pay has changed the shape of its events',
  alerts: ['WebhookMalformed'],
  async bringAbout(world) {
    const { app } = world;
    const { client, order } = await pending(world);
    await app.sandbox.mekariPay.pay(order.number, { webhook: false });
    const { external_id: number, ...data } = invoiceEvent(app, order).data;
    const body = { ...invoiceEvent(app, order), data: { ...data, invoice: { number } } };
    expect(await app.sandbox.mekariPay.sendRaw({ body })).toMatchObject({ status: 400 });
    expect(app.logs).toContainEqual(
      expect.objectContaining({ event: 'webhook_malformed', reason: expect.stringContaining('external_id') }),
    );
    return {
      look: (looked) => expect(looked.get(DRY_RUN)?.stdout).toContain(`${order.number}  payment_not_credited`),
      isOver: () => untilStatus(client, order.id, 'COMPLETED'),
    };
  },
};

export const notices: readonly Situation[] = [secretIsRotated, shapeIsChanged];
