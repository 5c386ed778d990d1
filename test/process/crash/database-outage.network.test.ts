import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, test, vi } from 'vitest';
import { type Postgres, startPostgres } from '../../../sandbox/postgres/postgres.ts';
import { endStarted } from '../../support/processes/built.ts';
import { openShop, type StrickenShop } from './stricken-shop.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const OUTAGE_MS = 20_000;
let postgres: Postgres;
let shop: StrickenShop;

beforeAll(async () => {
  postgres = await startPostgres({ directory: join(tmpdir(), `self-topup-network-outages-${process.pid}`) });
  shop = await openShop(postgres);
});

afterAll(async () => {
  try {
    await shop?.stop();
  } finally {
    await endStarted();
    await postgres?.stop();
  }
});

test('open connections go silent, and new ones work', () =>
  shop.survive('open connections go silent', async () => shop.wire.silence()));

test('the host of the database vanishes without a word, and its name moves', () =>
  shop.survive('host vanishes, its name moves after 20 s', async () => {
    shop.wire.silence();
    shop.wire.setOpen(false);
    await sleep(OUTAGE_MS);
    shop.wire.setOpen(true);
  }));
