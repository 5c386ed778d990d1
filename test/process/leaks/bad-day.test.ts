import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { until } from '../../support/app/purchase.ts';
import { failingDatabase, failingNeighbours } from '../../support/hostile/bad-day.ts';
import { badRequests } from '../../support/hostile/bad-requests.ts';
import { createCanaries } from '../../support/hostile/canaries.ts';
import { type CanaryBuyer, createCanaryBuyer } from '../../support/hostile/canary-buyer.ts';
import { type CanaryPlace, startCanaryPlace } from '../../support/hostile/canary-place.ts';
import { buildOnce, endStarted, runBuilt } from '../../support/processes/built.ts';

// A day of a server as a process of its own, with every fault in it.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 300_000 });

let place: CanaryPlace;
let buyer: CanaryBuyer;
/** A paid, booked and mailed order: its number, which may appear, is found in every net. */
let number: string;
/** The captured text by net. */
const nets: Record<string, string> = {};

/** Tables that operators and support read; the tables that are missing here hold data for the order's own organization only. */
const TABLES = [
  'topup_order_events',
  'payment_events',
  'payment_exception_closings',
  'order_give_backs',
  'quota_ledger_entries',
  'booking_corrections',
  'order_mail_deliveries',
  'unsent_order_mails',
  'refused_mail_addresses',
  'audit_runs',
  'graphile_worker._private_jobs',
];

beforeAll(async () => {
  await buildOnce();
  place = await startCanaryPlace();
  buyer = createCanaryBuyer(place);
  const { sandbox, db, replica, collector } = place;

  const order = await buyer.create();
  number = order.number;
  await buyer.confirm(order);
  await sandbox.mekariPay.pay(number);
  await buyer.untilStatus(order, 'COMPLETED');
  await until(
    async () => place.mail.taken,
    ({ length }) => length >= 2,
  );
  await failingNeighbours(place, buyer);
  await failingDatabase(place, buyer);
  await badRequests(place, buyer);

  nets['metrics'] = await (await fetch(`${replica.url}/metrics`)).text();
  nets['rows'] = JSON.stringify(await Promise.all(TABLES.map((table) => db.query(`select * from ${table}`))));
  const commands = [
    ['jobs', 'list'],
    ['orders', 'list'],
    ['orders', 'show', number],
    ['orders', 'exceptions'],
    ['flags', 'list'],
    ['audit'],
  ].map(([name, ...args]) => runBuilt(`server/commands/${name}.js`, args, place.environment));
  nets['commands'] = JSON.stringify(await Promise.all(commands));
  replica.process.signal('SIGTERM');
  const { stdout, stderr } = await replica.process.finished;
  nets['log'] = stdout;
  nets['stderr'] = stderr;
  nets['traces'] = collector.received;
});

afterAll(async () => {
  await endStarted();
  await place.stop();
});

const leaksOf = (text: string) =>
  text
    .split('\n')
    .map((line) => ({ found: place.canaries.foundIn(line), line: line.slice(0, 2000) }))
    .filter(({ found }) => found.length > 0);

test.each(['log', 'stderr', 'metrics', 'traces', 'commands', 'rows'])('no secret is in the %s', (name) => {
  expect(leaksOf(nets[name] ?? '')).toEqual([]);
});

test("no answer holds a secret except the caller's own input or pay link", () => {
  const leaks = buyer.answers.map(({ what, text, own }) => ({
    what,
    text,
    found: place.canaries.foundIn(text).filter((name) => !own.includes(name)),
  }));
  expect(leaks.filter(({ found }) => found.length > 0)).toEqual([]);
});

test('no answer has SQL, a stack, a path of ours, or a suggestion', () => {
  const telling =
    /\bselect\b|insert into|violates|relation "|node_modules|\.[jt]s:\d|\bat async\b|did you mean|query runner/i;
  expect(buyer.answers.filter(({ text }) => telling.test(text))).toEqual([]);
});

describe('the nets catch leaks', () => {
  test.each(['log', 'traces', 'commands', 'rows'])('the order, which is no secret, is in the %s', (name) => {
    const known = createCanaries();
    known.plantAs('the order', number);
    expect(known.foundIn(nets[name] ?? '')).toEqual(['the order']);
  });

  test('they cover metrics, answers and stack traces', () => {
    expect(
      /^upstream_calls_total\{neighbour="mekari-pay",outcome="malformed".*\} [1-9]/m.test(nets['metrics'] ?? ''),
    ).toBe(true);
    expect(buyer.answers.filter(({ text }) => text.includes(number)).length).toBeGreaterThan(3);
    expect(nets['log']).toContain('"frames":["at ');
  });

  test('every fault happened and was logged', () => {
    const events = new Set([...(nets['log'] ?? '').matchAll(/"event":"(\w+)"/g)].map(([, event]) => event));
    const expectedEvents = [
      'payment_event',
      'invoice_failed',
      'package_unavailable',
      'organization_unavailable',
      'reconcile_failed',
      'job_failed',
      'worker_error',
      'field_failed',
      'request_failed',
      'flags_unreadable',
      'database_connection_lost',
      'redis_down',
      'token_keys_unreachable',
    ];
    expect(expectedEvents.filter((event) => !events.has(event))).toEqual([]);
    expect(nets['rows']).toContain('invalid input syntax for type bigint: \\"…\\"');
    expect(nets['commands']).toContain('invalid input syntax for type bigint: \\"…\\"');
  });

  test.each<[string, (secret: string) => string]>([
    ['as it is', (secret) => `"${secret}"`],
    ['in capitals', (secret) => secret.toUpperCase()],
    ['in a URL', (secret) => encodeURIComponent(`?token=${secret}`)],
    ['in base64', (secret) => Buffer.from(`user:${secret}`).toString('base64')],
    ['in base64url, elsewhere in it', (secret) => Buffer.from(`{"sub":"${secret}"}`).toString('base64url')],
    ['in hexadecimal digits', (secret) => Buffer.from(secret).toString('hex')],
    ['in JSON within JSON', (secret) => JSON.stringify({ body: JSON.stringify({ secret }) })],
  ])('a secret is found %s', (_form, inForm) => {
    const planted = createCanaries();
    const secret = planted.plant('it');
    expect(planted.foundIn(`before ${inForm(secret)} after`)).toEqual(['it']);
    expect(planted.foundIn('before after')).toEqual([]);
  });
});
