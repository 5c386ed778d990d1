import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestApp } from '../app/app.ts';
import { addOrganization } from '../app/organizations.ts';
import { until } from '../app/purchase.ts';
import type { Buyer, OrderFacts, Shop } from './buyer.ts';

/** Declares the tests of a purchase through a client library. `app` is asked once the tests run. */
export function purchaseThrough(name: string, start: (shop: Shop) => Buyer | Promise<Buyer>, app: () => TestApp): void {
  describe(name, () => {
    let organizationId: string;
    let buyer: Buyer;

    beforeAll(async () => {
      organizationId = addOrganization(app().sandbox, '1001');
      const token = await app().sandbox.auth.token({ organization_id: organizationId });
      buyer = await start({ url: `${app().url}/graphql`, token });
    });
    afterAll(() => buyer?.stop?.());

    const create = (quantity: string, idempotencyKey: string) => {
      const items = [{ optionId: `${organizationId}:wa_balance`, quantity }];
      return buyer.create({ items, idempotencyKey });
    };

    test('carries a purchase from the page to the credit', async () => {
      expect(await buyer.balance('wa_balance')).toBe('0');
      // A minimum of the shipped catalogue.
      expect(await create('1', `${name} too little`)).toEqual(['BELOW_MINIMUM']);

      const draft = (await create('1000000', `${name} draft`)) as OrderFacts;
      expect(draft).toMatchObject({ status: 'DRAFT', total: { amount: '1000000' } });
      const pending = await buyer.confirm(draft, `${name} confirm`);
      expect(pending).toMatchObject({ id: draft.id, status: 'PENDING_PAYMENT' });

      await app().sandbox.mekariPay.pay(pending.number);
      const completed = await until(
        () => buyer.read(draft.id),
        ({ status }) => status === 'COMPLETED',
      );
      expect(completed.number).toBe(draft.number);
      expect(await buyer.balance('wa_balance')).toBe('1000000');
    });

    test('reads every page of the orders, newest first', async () => {
      const older = await buyer.numbers();
      const second = (await create('2000000', `${name} second`)) as OrderFacts;
      const third = (await create('3000000', `${name} third`)) as OrderFacts;
      expect(await buyer.numbers()).toEqual([third.number, second.number, ...older]);
      buyer.expectRequests?.();
    });

    test('reports the code of a refusal', async () => {
      const stranger = await start({ url: `${app().url}/graphql`, token: 'a.b.c' });
      expect(await stranger.refusal()).toBe('UNAUTHENTICATED');
      await stranger.stop?.();
    });
  });
}
