import { expect } from 'vitest';
import { until, untilStatus } from '../../../support/app/purchase.ts';
import type { EventReceiver } from '../../../support/http/event-receiver.ts';
import type { Cause, Situation, World } from '../walk.ts';
import { pending } from './buying.ts';

export interface ReceiverWorld extends World {
  receiver: EventReceiver;
}

/** A subscription to every event of the organization, as `events -- subscribe` makes one; the path tells receivers apart. */
export async function subscribe({ app, receiver }: ReceiverWorld, organizationId: string, path: string) {
  const insert = `insert into event_subscriptions (id, organization_id, url, secret, types, created_at)
    values (gen_random_uuid(), $1, $2, $3, '{}', now()) returning id`;
  const secret = `whsec_${Buffer.from('a secret of the subscriber').toString('base64')}`;
  const [row] = await app.db.query<{ id: string }>(insert, [organizationId, `${receiver.url}${path}`, secret]);
  return row?.id ?? '';
}

const stateOf = async ({ app }: World, subscription: string) => {
  const [row] = await app.db.query<{ state: string }>(
    `select case when not is_enabled then 'disabled' when failing_since is null then 'enabled' else 'failing' end as state
     from event_subscriptions where id = $1`,
    [subscription],
  );
  return row?.state;
};

/** Makes every attempt that waits due now. */
export const hurryEvents = ({ app }: World) =>
  app.db.query('update event_deliveries set due_at = now() where due_at is not null');

const subscribersFail: Situation<ReceiverWorld> = {
  title: 'two subscribers are gone, one of them for good, and another answers errors',
  alerts: ['EventSubscriptionDisabled', 'EventsFailing'],
  async bringAbout(world): Promise<Cause> {
    const { app, receiver } = world;
    const { id, client, order } = await pending(world);
    const subscription = await subscribe(world, id, '/gone');
    const ended = await subscribe(world, id, '/ended');
    const failing = await subscribe(world, id, '/failing');
    receiver.answerWith(({ path }) => (path === '/failing' ? 500 : 410));
    await app.sandbox.mekariPay.pay(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    for (const [each, state] of [
      [subscription, 'disabled'],
      [ended, 'disabled'],
      [failing, 'failing'],
    ] as const)
      await until(
        () => stateOf(world, each),
        (current) => current === state,
      );
    return {
      names: { subscription, ended },
      look(looked) {
        const { stdout } = looked.get('npm run events -- list') ?? {};
        expect(stdout).toMatch(new RegExp(`^${subscription} .*\n {4}DISABLED .*410`, 'm'));
        expect(stdout).toMatch(new RegExp(`^${failing} .*\n.*500`, 'm'));
      },
      end: async () => receiver.forget(),
      async isOver() {
        await hurryEvents(world);
        await until(
          () => stateOf(world, failing),
          (current) => current === 'enabled',
        );
        await until(
          async () => new Set(receiver.accepted.map(({ path }) => path)),
          (paths) => paths.size === 2 && !paths.has('/ended'),
        );
      },
    };
  },
};

export const receivers: readonly Situation<ReceiverWorld>[] = [subscribersFail];
