import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { SUPPORT_TEXT } from '../../../example/support/text.ts';
import { enAfter } from '../../../example/text/en/after.ts';
import { en } from '../../../example/text/en/index.ts';
import { idAfter } from '../../../example/text/id/after.ts';
import { id } from '../../../example/text/id/index.ts';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Returns axe's violations of WCAG 2.2 AA, one line each: the rule, the element, and what is wrong. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async (tags) => {
    const { axe: checker } = window as unknown as { axe: typeof axe };
    const { violations: found } = await checker.run({ runOnly: { type: 'tag', values: tags } });
    return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
  }, TAGS);
}

/** True if the page is wider than its window. */
export const scrollsSideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

/** The folder of the gallery, if this run is to write it (npm run gallery). */
const gallery = process.env['GALLERY'];

/**
 * Writes the whole page to the gallery, or the window where a dialog is open. WebP takes a third of a PNG. The window grows to the page
 * meanwhile, so that what sticks to its edge lies where it belongs.
 */
export async function photograph(page: Page, name: string): Promise<void> {
  if (gallery === undefined) return;
  mkdirSync(gallery, { recursive: true });
  const before = page.viewportSize();
  const isModal = (await page.locator('dialog[open]').count()) > 0;
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  if (before !== null && !isModal) await page.setViewportSize({ ...before, height });
  if (!isModal) await page.evaluate(() => window.scrollTo(0, 0));
  const format = process.env['GALLERY_FORMAT'] === 'png' ? 'png' : 'webp';
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', {
    format,
    ...(format === 'webp' && { quality: 50 }),
  });
  writeFileSync(join(gallery, `${name}.${format}`), Buffer.from(data, 'base64'));
  if (before !== null) await page.setViewportSize(before);
}

/** Writes a measured figure to its row of the gallery's page, if this run is to write it. */
export function figure(name: 'states' | 'first load' | 'status changes', text: string): void {
  if (gallery === undefined) return;
  const file = `${gallery}.md`;
  const page = readFileSync(file, 'utf8');
  writeFileSync(file, page.replace(new RegExp(`^\\| ${name} .*$`, 'm'), `| ${name} | ${text} |`));
}

const textsOf = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsOf) : [];
};

const inIndonesian = new Set(textsOf([id, idAfter, SUPPORT_TEXT.id]));
/** English texts that cannot be Indonesian ones. Short words are names in both. */
const onlyEnglish = textsOf([en, enAfter, SUPPORT_TEXT.en]).filter(
  (words) => words.length > 5 && !inIndonesian.has(words),
);

/** Returns the page's English texts that an Indonesian page shows. */
export async function foreignTexts(page: Page): Promise<string[]> {
  const lines = (await page.locator('main').innerText()).split('\n').map((line) => line.trim());
  return onlyEnglish.filter((words) => lines.includes(words));
}
