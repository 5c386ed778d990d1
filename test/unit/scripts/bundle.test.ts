import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
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
  mkdirSync(join(dir, 'commands'));
  file('main.js', 30);
  file('commands/orders.js', 30);
  file('commands/renamed.js', 25);
  file('chunk-made.js', 30);
  file('chunk-of-this-morning.js', 23);
  file('chunk-of-last-week.js', 25);

  utimesSync(join(dir, 'commands'), now - 30 * HOUR_S, now - 30 * HOUR_S);

  removeOld(dir, new Set(['main.js', 'chunk-made.js', 'commands/orders.js']), now * 1000);

  expect(readdirSync(dir).sort()).toEqual(['chunk-made.js', 'chunk-of-this-morning.js', 'commands', 'main.js']);
  expect(readdirSync(join(dir, 'commands'))).toEqual(['orders.js']);
  rmSync(dir, { recursive: true });
});
