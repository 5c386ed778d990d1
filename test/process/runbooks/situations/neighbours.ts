import { expect } from 'vitest';
import type { OrderFragment } from '../../../generated/operations.ts';
import { addOrganization } from '../../../support/app/organizations.ts';
import { createOrder } from '../../../support/app/purchase.ts';
import { parsePrometheus } from '../../../support/telemetry/prometheus.ts';
import { scrape } from '../../../support/telemetry/served-metrics.ts';
import type { Situation, World } from '../walk.ts';
import { confirm, pending } from './buying.ts';

/** Enough for a breaker, which opens if most of the calls of the last ten seconds, and five of them, got no answer. */
const DRAFTS = 12;

const breakerOf = async ({ app }: World, neighbour: string) =>
  parsePrometheus(await scrape(app)).find(
    ({ name, labels }) => name === 'breaker_state' && labels['neighbour'] === neighbour,
  )?.value;

const mekariPayIsSilent: Situation = {
  title: 'Mekari Pay does not answer',
  alerts: ['NeighbourFailing', 'BreakerOpen'],
  goesOn: true,
  async bringAbout(world) {
    const { mekariPay } = world.app.sandbox;
    const id = addOrganization(world.app.sandbox, '1001');
    const client = await world.app.client({ organization_id: id });
    const drafts: OrderFragment[] = [];
    while (drafts.length < DRAFTS) drafts.push(await createOrder(client, id, { agent_extra: '1' }));
    await mekariPay.refuse();
    for (const draft of drafts) await confirm(client, draft);
    expect(await breakerOf(world, 'mekari-pay')).toBeGreaterThan(0);
    return {
      look: (looked) =>
        expect(looked.get('npm run check:config')?.stdout.match(/^FAIL.*/gm)).toEqual([
          expect.stringMatching(/^FAIL {2}mekari-pay: /),
        ]),
      end: () => mekariPay.accept(),
      async isOver() {
        await pending(world);
        expect(await breakerOf(world, 'mekari-pay')).toBe(0);
      },
      callAgain: () => pending(world),
    };
  },
};

export const neighbours: readonly Situation[] = [mekariPayIsSilent];
