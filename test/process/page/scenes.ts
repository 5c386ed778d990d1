import type { Page } from 'playwright-core';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';
import type { Entry, Stage } from './stage.ts';

/** The page in one state: who looks at which address, and what they do there first. */
export interface Scene {
  entry: Entry;
  path: string;
  act?(page: Page): Promise<void>;
  /** Undoes what the scene did to the neighbours. */
  end?(): void | Promise<void>;
  /** The act changes the order: another look at the state needs another one. */
  isSpent?: boolean;
}

export interface Buyer {
  entry: Entry;
  client: TestClient;
}

const PERIOD = new Date().toISOString().slice(0, 7);
export const EXCESS = [
  { key: 'wa_balance_excess', period: PERIOD, quantity: 250_000 },
  { key: 'chatbot_ai_excess', period: PERIOD, quantity: 40 },
];
export const ITEMS = { wa_balance: '2000000', agent_extra: '5' };

export async function buyer(
  { app, entry }: Stage,
  changes: Parameters<typeof addOrganization>[2] = {},
): Promise<Buyer> {
  const name = 'PT Maju Jaya Sentosa';
  const own = await entry(addOrganization(app.sandbox, '1001', { name, ...changes }), name);
  return { entry: own, client: createTestClient(app.url, own.token) };
}

export const debtor = (stage: Stage) => buyer(stage, { excess: EXCESS });
export const draft = ({ entry, client }: Buyer) => createOrder(client, entry.id, ITEMS);
export const pending = async (one: Buyer) => confirmOrder(one.client, await draft(one));
export const at = ({ entry }: Pick<Buyer, 'entry'>, { id }: { id: string }) => ({ entry, path: `/?orderId=${id}` });
export const chooseOf = ({ entry }: Buyer): Scene => ({ entry, path: '/' });

/** By the quota's code: the scenes speak two languages. */
export const field = (page: Page, code: string) => page.locator(`#field-${code}`);
export const submit = (page: Page) => page.locator('button[type=submit]').click();
export const confirm = (page: Page) => page.locator('.actions button.main').click();
