import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { photograph, scrollsSideways, violations } from './inspect.ts';

const WIDTHS = { phone: 320, desktop: 1280 } as const;

/**
 * Checks that axe finds nothing, on a phone in the dark and on a desk in the light, and that nothing scrolls sideways. Takes a picture of
 * each width, in the light.
 */
export async function expectFinished(page: Page, name: string): Promise<void> {
  for (const [device, width] of Object.entries(WIDTHS)) {
    await page.setViewportSize({ width, height: 800 });
    const colorScheme = device === 'phone' ? 'dark' : 'light';
    // A colour under way to the other scheme is none of either.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect({ name, device, colorScheme, violations: await violations(page) }).toMatchObject({ violations: [] });
    await page.emulateMedia({ colorScheme: 'light' });
    expect({ name, device, isTooWide: await scrollsSideways(page) }).toMatchObject({ isTooWide: false });
    await photograph(page, `${name}.${device}`);
  }
}
