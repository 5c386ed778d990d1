import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { addOrganization } from '../../support/app/organizations.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import type { Entry, Stage, View } from './stage.ts';

/** A screen may take seconds on a busy machine. */
export const SOON = { timeout: 15_000 };

export const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
export const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });
export const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '');
export const state = (page: Page, status: string) => page.locator(`[data-order-status="${status}"]`);

/** An organization like 1001 with these changes, and its admin. */
export async function buyer(stage: Stage, changes: Parameters<typeof addOrganization>[2] = {}): Promise<Entry> {
  return stage.entry(addOrganization(stage.app.sandbox, '1001', changes), 'PT Maju Jaya Sentosa');
}

export const clientOf = (stage: Stage, { token }: Entry) => createTestClient(stage.app.url, token);

export async function ends({ close, errors }: View): Promise<void> {
  expect(errors).toEqual([]);
  await close();
}

export async function confirm(page: Page): Promise<void> {
  await button(page, 'Confirm order').click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Pay Rp/ })
    .click();
}

/** Presses Tab, or Shift and Tab, until the focus is on the element of this role and name. */
export async function tabTo(page: Page, role: 'button' | 'link' | 'textbox', name: string, key = 'Tab'): Promise<void> {
  const target = page.getByRole(role, { name, exact: true });
  await target.waitFor();
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`no way by Tab to ${name}`);
}
