import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeOld } from '../../../scripts/bundle.ts';

const HOUR_S = 3600;

test('files that a running server may still load stay, new ones stay whatever their age, the rest is deleted', () => {
  const dir = mkdtempSync(join(tmpdir(), 'bundle-'));
  const now = 1_800_000_000;
  const file = (name: string, hoursAgo: number) => {
    writeFileSync(join(dir, name), '');
    utimesSync(join(dir, name), now - hoursAgo * HOUR_S, now - hoursAgo * HOUR_S);
  };
  file('main.js', 30);
  file('chunk-made.js', 30);
  file('chunk-of-this-morning.js', 23);
  file('chunk-of-last-week.js', 25);

  removeOld(dir, new Set(['main.js', 'chunk-made.js']), now * 1000);

  expect(readdirSync(dir).sort()).toEqual(['chunk-made.js', 'chunk-of-this-morning.js', 'main.js']);
  rmSync(dir, { recursive: true });
});
