import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type FaultKind, type HttpNeighbour, type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { HTTP_FAULT_KINDS, PRICE_FAULT_KINDS } from '../../../sandbox/server/faults.ts';
import { createNeighbour, type Neighbour } from '../../../src/clients/http.ts';
import { createHubCore } from '../../../src/clients/hub-core.ts';
import { createMekariBilling } from '../../../src/clients/mekari-billing.ts';
import { createInvoices } from '../../../src/clients/mekari-pay/invoices.ts';
import { createModerator } from '../../../src/clients/moderator.ts';
import { UpstreamError } from '../../../src/clients/upstream-error.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { newInvoice, paidPi } from './requests.ts';

let sandbox: Sandbox;
const opened: Neighbour[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(async () => {
  for (const neighbour of opened.splice(0)) neighbour.close();
  await sandbox.reset();
});
afterAll(() => sandbox.stop());

function connect(name: string, { url }: HttpNeighbour, timeoutMs = 5000): Neighbour {
  const settings = sandbox.environment();
  const credentials = {
    clientId: settings['MEKARI_CLIENT_ID'] ?? '',
    clientSecret: settings['MEKARI_CLIENT_SECRET'] ?? '',
  };
  const neighbour = createNeighbour({ name, baseUrl: url, credentials, timeoutMs, clock: systemClock });
  opened.push(neighbour);
  return neighbour;
}

/** Every call of every client, and its normal answer. */
const CALLS: Record<string, { of: () => HttpNeighbour; call: (timeoutMs?: number) => Promise<unknown> }> = {
  'hub-core organizations': {
    of: () => sandbox.hubCore,
    call: (timeoutMs) =>
      createHubCore(connect('hub-core', sandbox.hubCore, timeoutMs), systemClock).organizations(['1001']),
  },
  'Mekari Billing packagePrice': {
    of: () => sandbox.mekariBilling,
    call: (timeoutMs) =>
      createMekariBilling(connect('billing', sandbox.mekariBilling, timeoutMs)).packagePrice('pkg-muv'),
  },
  'Mekari Pay createInvoice': {
    of: () => sandbox.mekariPay,
    call: (timeoutMs) =>
      createInvoices(connect('pay', sandbox.mekariPay, timeoutMs), { isAllowed: () => true }).createInvoice(
        newInvoice(),
      ),
  },
  'Mekari Pay invoicesOfOrder': {
    of: () => sandbox.mekariPay,
    call: (timeoutMs) =>
      createInvoices(connect('pay', sandbox.mekariPay, timeoutMs), { isAllowed: () => true }).invoicesOfOrder('TU-1'),
  },
  'Moderator bookPaidPi': {
    of: () => sandbox.moderator,
    call: (timeoutMs) => createModerator(connect('moderator', sandbox.moderator, timeoutMs)).bookPaidPi(paidPi()),
  },
};

const EXPECTED: Record<FaultKind, UpstreamError['kind']> = {
  latency: 'unavailable',
  status: 'unavailable',
  reset: 'unavailable',
  'drop-answer': 'unavailable',
  hang: 'unavailable',
  'slow-drip': 'unavailable',
  'wrong-content-type': 'malformed',
  'truncated-json': 'malformed',
  'wrong-shape': 'malformed',
  'huge-body': 'malformed',
  redirect: 'malformed',
  'wrong-currency': 'malformed',
  'negative-price': 'malformed',
  'absurd-price': 'malformed',
  'fractional-price': 'malformed',
};
/** Faults that only a time limit ends: the limit is short there. */
const ENDLESS = new Set<FaultKind>(['latency', 'hang', 'slow-drip']);

async function failureOf(name: string, kind: FaultKind, status?: number): Promise<UpstreamError> {
  const { of, call } = CALLS[name] ?? {};
  of?.().faults.set([{ kind, status, ...(kind === 'latency' ? { latencyMs: 600_000 } : {}) }]);
  try {
    throw new Error(`it did not fail: ${JSON.stringify(await call?.(ENDLESS.has(kind) ? 80 : 5000))}`);
  } catch (error) {
    expect(error).toBeInstanceOf(UpstreamError);
    return error as UpstreamError;
  }
}

describe.each(Object.keys(CALLS))('%s', (name) => {
  test('answers a normal call', async () => {
    await expect(CALLS[name]?.call()).resolves.toBeDefined();
  });

  test.each(HTTP_FAULT_KINDS)('fails as an UpstreamError under %s', async (kind) => {
    expect(await failureOf(name, kind)).toMatchObject({ kind: EXPECTED[kind] });
  });

  test('is rejected by a 4xx, and unavailable at a 429', async () => {
    expect(await failureOf(name, 'status', 403)).toMatchObject({ kind: 'rejected', status: 403 });
    expect(await failureOf(name, 'status', 429)).toMatchObject({ kind: 'unavailable', status: 429 });
  });

  test('is unavailable when nobody listens', async () => {
    const { of, call } = CALLS[name] ?? {};
    await of?.().refuse();
    await expect(call?.()).rejects.toMatchObject({ name: 'UpstreamError', kind: 'unavailable' });
  });
});

describe('an invalid price', () => {
  test.each(PRICE_FAULT_KINDS)('is malformed with %s', async (kind) => {
    expect(await failureOf('Mekari Billing packagePrice', kind)).toMatchObject({ kind: 'malformed' });
  });

  test.each(['600', '600.0', '600.00'])('has an exact counterpart: %j is 600 rupiah', async (price) => {
    sandbox.mekariBilling.packages.set('pkg-muv', { price });
    expect(await CALLS['Mekari Billing packagePrice']?.call()).toEqual({ packageId: 'pkg-muv', price: 600n });
  });

  test.each(['0', '', '600.5', '600.', '600,00', ' 600', '6e2', 'free'])('is malformed as %j', async (price) => {
    sandbox.mekariBilling.setPrice('pkg-muv', price);
    await expect(CALLS['Mekari Billing packagePrice']?.call()).rejects.toMatchObject({ kind: 'malformed' });
  });

  test('is rejected for an unknown package', async () => {
    sandbox.mekariBilling.packages.delete('pkg-muv');
    await expect(CALLS['Mekari Billing packagePrice']?.call()).rejects.toMatchObject({ kind: 'rejected', status: 404 });
  });
});
