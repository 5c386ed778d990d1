import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { figure, foreignTexts, photograph, scrollsSideways, violations } from './inspect.ts';
import type { Scene } from './scenes.ts';
import { hasChromium, type Stage, startStage, type View } from './stage.ts';
import { STATES } from './states.ts';

let stage: Stage;

beforeAll(async () => {
  if (hasChromium) stage = await startStage();
});

afterAll(async () => {
  if (hasChromium) await stage.close();
});

const DESKTOP = { viewport: { width: 1280, height: 860 }, locale: 'en-GB' };
const PHONE = { viewport: { width: 390, height: 844 }, locale: 'id-ID' };

/** Opens the scene, which must not jump, and waits until nothing is on its way, unless waiting is what the scene shows. */
async function play(name: string, scene: Scene, options: object): Promise<View> {
  const view = await stage.open([scene.entry], scene.path, options);
  await view.page.locator('.skeleton').first().waitFor({ state: 'detached' });
  expect(await view.layoutShift()).toBeLessThan(0.05);
  await scene.act?.(view.page);
  if (name !== 'choose-loading') await view.page.locator('.skeleton').first().waitFor({ state: 'detached' });
  return view;
}

async function inspect({ page, errors }: View, picture: string): Promise<void> {
  await photograph(page, picture);
  expect(await violations(page)).toEqual([]);
  expect(await scrollsSideways(page)).toBe(false);
  expect(errors).toEqual([]);
}

/** The states of the straight way, which both widths show in both languages. */
const MAIN = new Set([
  'choose-first-visit',
  'choose-filled-in',
  'review',
  'pay-awaiting',
  'pay-completed',
  'receipt',
  'statement',
]);

/** Looks again in the other language, which the page takes from its own buttons. */
async function inspectOtherLanguage(view: View, name: string, device: keyof typeof OTHER): Promise<void> {
  if (!MAIN.has(name)) return;
  const { label, code } = OTHER[device];
  await view.page.getByRole('button', { name: label }).click();
  await view.page.locator(`html[lang=${code}]`).waitFor();
  await view.page.locator('.skeleton').first().waitFor({ state: 'detached' });
  await inspect(view, `${name}.${device}.${code}`);
  if (code === 'id') expect(await foreignTexts(view.page)).toEqual([]);
}

const OTHER = {
  desktop: { label: 'Bahasa Indonesia', code: 'id' },
  phone: { label: 'English', code: 'en' },
} as const;

describe.skipIf(!hasChromium)('each state of the page (needs chromium)', () => {
  test.each(Object.keys(STATES))('%s is whole for everyone, on a desk and on a phone', async (name) => {
    const arrange = STATES[name];
    if (arrange === undefined) throw new Error(name);
    const isDark = Object.keys(STATES).indexOf(name) % 3 === 1;
    let scene = await arrange(stage);
    try {
      const view = await play(name, scene, DESKTOP);
      await inspect(view, `${name}.desktop`);
      await inspectOtherLanguage(view, name, 'desktop');
      await view.close();
      if (scene.isSpent) {
        await scene.end?.();
        scene = await arrange(stage);
      }
      const phone = await play(name, scene, { ...PHONE, ...(isDark && { colorScheme: 'dark' }) });
      await inspect(phone, `${name}.phone`);
      expect(await foreignTexts(phone.page)).toEqual([]);
      await phone.page.setViewportSize({ width: 320, height: 700 });
      expect(await scrollsSideways(phone.page)).toBe(false);
      await phone.page.setViewportSize(PHONE.viewport);
      await inspectOtherLanguage(phone, name, 'phone');
      await phone.close();
    } finally {
      await scene.end?.();
    }
  });

  test('the figures are of all states', () => {
    const count = Object.keys(STATES).length;
    figure(
      'states',
      `${count} states at 2 widths: 0 violations of WCAG 2.2 AA by axe, and nothing scrolls sideways at 320 pixels`,
    );
    expect(count).toBeGreaterThanOrEqual(40);
  });
});
