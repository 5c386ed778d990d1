import { InMemoryProvider } from '@openfeature/server-sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Cache } from '../../../src/clients/cache/cache.ts';
import type { OrganizationSnapshot } from '../../../src/clients/hub-core.ts';
import type { PackagePrice } from '../../../src/clients/mekari-billing.ts';
import { OrganizationsService } from '../../../src/organizations/index.ts';
import { type OpenFlags, openFlags } from '../../../src/platform/flags/flags.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';
import {
  Catalogue,
  EvaluateOptions,
  ListOptions,
  Prices,
  SelectOrderable,
  type TopupConfiguration,
} from '../../../src/topup-options/index.ts';
import { offeredOption } from '../orders/option-samples.ts';

const log = createLogger('silent');
const clock = { now: () => new Date('2026-11-22T03:00:00Z') };
const request = (): RequestContext => ({
  caller: undefined,
  correlationId: 'here',
  startedAt: performance.now(),
  log,
  logFields: {},
});
const on = { variants: { on: true, off: false }, defaultVariant: 'on', disabled: false };
const ALL_ON = { billing_new_topup_page: on, billing_new_topup: on, voice: on };
const { organization: ORGANIZATION, configuration: ROW } = offeredOption({ code: 'muv', unitPrice: 1n });

let flags: OpenFlags;
let provider: InMemoryProvider;
let rows: TopupConfiguration[];
/** The calls in order, with their targets. */
let asked: string[];
let organizations: OrganizationsService;
let options: ListOptions;
let orderable: SelectOrderable;

function remembering<T>(fetch: (id: string) => Promise<T>): Cache<T> {
  return new Cache({ neighbour: 'tiny', clock, ttlMs: 30_000, failureTtlMs: 5000, fetch });
}

beforeEach(async () => {
  asked = [];
  provider = new InMemoryProvider(ALL_ON);
  const resolve = provider.resolveBooleanEvaluation.bind(provider);
  provider.resolveBooleanEvaluation = (key, ...more) => {
    asked.push(key);
    return resolve(key, ...more);
  };
  flags = await openFlags(provider, log);
  rows = [ROW, { ...ROW, code: 'voice_call_extra', featureFlag: 'voice' }, { ...ROW, code: 'email', active: false }];
  const pageWait = () => 1000;
  const hubCore = remembering<OrganizationSnapshot>(async (id) => {
    asked.push(`organization ${id}`);
    return { ...ORGANIZATION, id };
  });
  const prices = remembering<PackagePrice>(async (packageId) => {
    asked.push(packageId);
    return { packageId, price: 600n };
  });
  organizations = new OrganizationsService(hubCore, flags, pageWait);
  const catalogue = new Catalogue({
    read: async () => {
      asked.push('catalogue');
      return rows;
    },
    clock,
    onFault: () => undefined,
  });
  const evaluation = new EvaluateOptions(flags, new Prices(prices, pageWait));
  options = new ListOptions(organizations, catalogue, evaluation, clock);
  orderable = new SelectOrderable(organizations, catalogue, evaluation);
});
afterEach(() => flags.close());

const codesOf = (list: readonly { configuration: { code: string } }[] | undefined) =>
  list?.map(({ configuration }) => configuration.code);

test('a request asks each source and each flag once for an organization, whatever it needs', async () => {
  const here = request();
  const fields = Array.from({ length: 100 }, () => [
    options.offered(here, '1001'),
    options.hidden(here, '1001'),
    options.offeredByCode(here, '1001', 'muv'),
    organizations.eligibility(here, '1001'),
  ]);
  await Promise.all(fields.flat());
  expect(asked.toSorted()).toEqual([
    'billing_new_topup',
    'billing_new_topup_page',
    'catalogue',
    'organization 1001',
    'pkg-muv',
    'voice',
  ]);
  asked.length = 0;
  await options.offered(here, '1002');
  expect(asked.toSorted()).toEqual(['billing_new_topup', 'billing_new_topup_page', 'organization 1002', 'voice']);
});

test('a request keeps what it read first; the next one gets the change', async () => {
  const here = request();
  expect(codesOf(await options.offered(here, '1001'))).toEqual(['muv', 'voice_call_extra']);
  provider.putConfiguration({ ...ALL_ON, voice: { ...on, defaultVariant: 'off' } });
  expect(codesOf(await options.offered(here, '1001'))).toEqual(['muv', 'voice_call_extra']);
  expect(codesOf(await options.hidden(here, '1001'))).toEqual(['email']);
  const next = request();
  expect(codesOf(await options.offered(next, '1001'))).toEqual(['muv']);
  provider.putConfiguration({});
  expect((await organizations.eligibility(next, '1001'))?.reasons).toEqual([]);
  expect((await organizations.eligibility(request(), '1001'))?.reasons).toEqual(['PAGE_FLAG_OFF', 'ORDER_FLAG_OFF']);
  expect(await options.offered(request(), '1001')).toEqual([]);
});

test('an order gets a change of the catalogue and of a price at once, a page of the same second does not', async () => {
  const codes = new Set(['muv', 'sms_extra']);
  expect(codesOf(await options.offered(request(), '1001'))).toEqual(['muv', 'voice_call_extra']);
  rows = [ROW, { ...ROW, code: 'sms_extra', packageId: 'pkg-sms' }];
  expect(codesOf(await options.offered(request(), '1001'))).toEqual(['muv', 'voice_call_extra']);
  asked.length = 0;
  const evaluated = await orderable.orderable(request(), ORGANIZATION, codes);
  expect(codesOf(evaluated?.offered)).toEqual(['muv', 'sms_extra']);
  expect(asked).toEqual(['billing_new_topup_page', 'billing_new_topup', 'catalogue', 'pkg-muv', 'pkg-sms']);
});

test('a gated order makes no further call', async () => {
  provider.putConfiguration({ ...ALL_ON, billing_new_topup: { ...on, defaultVariant: 'off' } });
  expect(await orderable.orderable(request(), ORGANIZATION, new Set(['muv']))).toBeUndefined();
  expect(asked).toEqual(['billing_new_topup_page', 'billing_new_topup']);
});
