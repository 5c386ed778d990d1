import { payUntilReview, purchase } from '../../support/app/purchase.ts';
import { type Buyer, buyer, debtor, draft, ITEMS, pending, type Scene } from './scenes.ts';
import type { Stage } from './stage.ts';

const historyOf = ({ entry }: Buyer): Scene => ({ entry, path: '/?view=orders' });

/** Support, who looks at an organization with a part payment and hidden options. */
async function supporter(stage: Stage): Promise<Scene> {
  const one = await buyer(stage, { components: ['waba'] });
  await payUntilReview(stage.app, one.client, await pending(one), { amount: 400_000 });
  return { entry: await stage.entry(one.entry.id, one.entry.name, 'topup:support'), path: '/?view=support' };
}

/** The lists: history, statement, and what support reads, by the name of the picture. */
export const LISTS: Record<string, (stage: Stage) => Promise<Scene>> = {
  history: async (stage) => {
    const one = await debtor(stage);
    await purchase(stage.app, one.client, one.entry.id, { muv: '500' });
    await pending(one);
    await draft(one);
    return historyOf(one);
  },
  'history-none-fits': async (stage) => {
    const one = await buyer(stage);
    await pending(one);
    return {
      ...historyOf(one),
      async act(page) {
        await page.getByRole('searchbox').fill('9ZZZ');
        await page.keyboard.press('Enter');
        await page.locator('.empty').waitFor();
      },
    };
  },
  'history-empty': async (stage) => historyOf(await buyer(stage)),
  statement: async (stage) => {
    const one = await debtor(stage);
    await purchase(stage.app, one.client, one.entry.id, ITEMS);
    await purchase(stage.app, one.client, one.entry.id, { wa_balance: '1000000', muv: '500' });
    return { entry: one.entry, path: '/?view=statement' };
  },
  'statement-empty': async (stage) => ({ entry: (await buyer(stage)).entry, path: '/?view=statement' }),
  support: supporter,
  'support-order-missing': async (stage) => ({
    ...(await supporter(stage)),
    async act(page) {
      await page.getByRole('searchbox').first().fill('TU-990101-0000-0000');
      await page.keyboard.press('Enter');
      await page.locator('p.empty[role=status]').waitFor();
    },
  }),
};
