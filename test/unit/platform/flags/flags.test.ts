import { InMemoryProvider, OpenFeature, type Provider } from '@openfeature/server-sdk';
import { afterEach, expect, test } from 'vitest';
import { type OpenFlags, openFlags } from '../../../../src/platform/flags/flags.ts';
import { createLogger } from '../../../../src/platform/telemetry/logger.ts';

const logged: Record<string, unknown>[] = [];
const log = createLogger('debug', { write: (line: string) => logged.push(JSON.parse(line)) });
const opened: OpenFlags[] = [];

afterEach(async () => {
  for (const flags of opened.splice(0)) await flags.close();
  logged.length = 0;
});

async function open(provider: Provider): Promise<OpenFlags> {
  const flags = await openFlags(provider, log);
  opened.push(flags);
  return flags;
}

/** Flags that are on for these organizations and off for the others. */
const onFor = (...organizations: string[]) => ({
  variants: { on: true, off: false },
  defaultVariant: 'off',
  disabled: false,
  contextEvaluator: ({ targetingKey = '' }) => (organizations.includes(targetingKey) ? 'on' : 'off'),
});

/** A provider under the test's control. */
function answering(resolve: (key: string) => Promise<unknown>, more: Partial<Provider> = {}): Provider {
  const resolveBooleanEvaluation = resolve as Provider['resolveBooleanEvaluation'];
  return Object.assign(new InMemoryProvider(), { resolveBooleanEvaluation }, more);
}

test('a flag is evaluated for the organization in question', async () => {
  const flags = await open(new InMemoryProvider({ page: onFor('1001'), voice: onFor('1002') }));
  const [first, second] = await Promise.all(['1001', '1002'].map((id) => flags.snapshot(id, ['page', 'voice'])));
  expect([first?.isOn('page'), first?.isOn('voice')]).toEqual([true, false]);
  expect([second?.isOn('page'), second?.isOn('voice')]).toEqual([false, true]);
});

test('each flag of a snapshot is evaluated once, however often it is read, and the snapshot does not change', async () => {
  const evaluated: string[] = [];
  let isOn = true;
  const flags = await open(
    answering(async (key) => {
      evaluated.push(key);
      return { value: isOn };
    }),
  );
  const snapshot = await flags.snapshot('1001', ['page', 'order', 'page']);
  expect(evaluated).toEqual(['page', 'order']);
  isOn = false;
  expect([snapshot.isOn('page'), snapshot.isOn('order')]).toEqual([true, true]);
  expect((await flags.snapshot('1001', ['page'])).isOn('page')).toBe(false);
});

test('a flag that the provider does not know is off', async () => {
  const flags = await open(new InMemoryProvider());
  expect((await flags.snapshot('1001', ['page'])).isOn('page')).toBe(false);
});

test('a flag outside the snapshot is a fault of the calling code, not "off"', async () => {
  const flags = await open(new InMemoryProvider({ page: onFor('1001'), order: onFor('1001') }));
  const snapshot = await flags.snapshot('1001', ['page']);
  expect(() => snapshot.isOn('order')).toThrow('The flag order was not asked for.');
});

test.each([
  ['throws', () => Promise.reject(new Error('no line')), 'GENERAL: no line'],
  [
    'tells of an error',
    async () => ({ value: true, errorCode: 'PARSE_ERROR', errorMessage: 'odd' }),
    'PARSE_ERROR: odd',
  ],
  ['answers what is no boolean', async () => ({ value: 'on' }), 'neither on nor off'],
])('a provider that %s is an error, not "off"', async (_, resolve, message) => {
  const flags = await open(answering(resolve));
  await expect(flags.snapshot('1001', ['page'])).rejects.toThrow(message);
});

test('a provider that cannot begin is logged, and nothing else waits', async () => {
  const flags = await open(
    answering(() => Promise.reject(new Error('still no line')), {
      initialize: () => Promise.reject(new Error('no line')),
    }),
  );
  expect(logged).toMatchObject([{ event: 'flag_provider_not_ready', provider: 'in-memory', reason: 'no line' }]);
  await expect(flags.snapshot('1001', ['page'])).rejects.toThrow('still no line');
});

test('a browser provider cannot be bound, which is reported at once', async () => {
  const provider = Object.assign(new InMemoryProvider(), { runsOn: 'client' as const });
  await expect(openFlags(provider as unknown as Provider, log)).rejects.toThrow('intended for use on the client');
});

test('closed flags are an error, not "off"; other open ones continue', async () => {
  const page = { page: onFor('1001') };
  const [closed, other] = [await open(new InMemoryProvider(page)), await open(new InMemoryProvider(page))];
  await closed.close();
  await expect(closed.snapshot('1001', ['page'])).rejects.toThrow('PROVIDER_NOT_READY');
  expect((await other.snapshot('1001', ['page'])).isOn('page')).toBe(true);
});

test('the last user of a provider closes it', async () => {
  let closes = 0;
  const provider = Object.assign(new InMemoryProvider({ page: onFor('1001') }), {
    async onClose() {
      closes += 1;
    },
  });
  const [first, last] = [await open(provider), await open(provider)];
  await first.close();
  expect(closes).toBe(0);
  expect((await last.snapshot('1001', ['page'])).isOn('page')).toBe(true);
  await last.close();
  expect(closes).toBe(1);
});

test('a provider that cannot close is logged, and delays no stop', async () => {
  const provider = Object.assign(new InMemoryProvider(), {
    onClose() {
      throw new Error('stuck');
    },
  });
  const flags = await open(provider);
  await flags.close();
  expect(logged).toMatchObject([{ event: 'flag_provider_not_closed', reason: 'stuck' }]);
});

test('the default of OpenFeature, which says that all is off, is never used', async () => {
  const flags = await open(new InMemoryProvider({ page: onFor('1001') }));
  await OpenFeature.clearProviders();
  await expect(flags.snapshot('1001', ['page'])).rejects.toThrow('PROVIDER_NOT_READY');
});
