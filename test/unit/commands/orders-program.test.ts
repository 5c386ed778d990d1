import { describe, expect, test } from 'vitest';
import { ordersProgram } from '../../../src/commands/orders-program.ts';
import type { OrdersRequest } from '../../../src/commands/orders-requests.ts';
import { parse, UsageError } from '../../../src/commands/program.ts';

async function requestOf(args: readonly string[]): Promise<OrdersRequest | undefined> {
  let request: OrdersRequest | undefined;
  const program = ordersProgram((carried) => {
    request = carried;
  });
  await parse(program, args);
  return request;
}

const BY = ['--actor', 'rina', '--reason', 'Bought by mistake'];
const by = { actor: 'rina', reason: 'Bought by mistake' };

test.each([
  [['list'], { verb: 'list', statuses: [], organizationId: undefined, limit: 50, isJson: false }],
  [
    ['list', '--status', 'PAID', '--status', 'PAYMENT_REVIEW', '--organization', '1001', '--limit', '5'],
    { verb: 'list', statuses: ['PAID', 'PAYMENT_REVIEW'], organizationId: '1001', limit: 5, isJson: false },
  ],
  [['show', 'TU-1'], { verb: 'show', number: 'TU-1', isJson: false }],
  [['show', 'TU-1', '--json'], { verb: 'show', number: 'TU-1', isJson: true }],
  [
    ['approve', 'TU-1', '--received', '999999', ...BY],
    { verb: 'approve', number: 'TU-1', received: new Map([['IDR', '999999']]), isDryRun: false, isJson: false, by },
  ],
  [
    ['approve', 'TU-1', '--dry-run', '--json'],
    {
      verb: 'approve',
      number: 'TU-1',
      received: undefined,
      isDryRun: true,
      isJson: true,
      by: { actor: 'nobody', reason: 'dry run' },
    },
  ],
  [
    ['given-back', 'TU-1', '--amount', 'Rp250.000', '--reference', 'MP-4711', '--on', '2026-11-24', ...BY],
    {
      verb: 'given-back',
      number: 'TU-1',
      sum: { amount: '250000', currency: 'IDR' },
      reference: 'MP-4711',
      givenOn: '2026-11-24',
      channel: 'PROVIDER',
      isDryRun: false,
      isJson: false,
      by,
    },
  ],
  [
    ['given-back', 'TU-1', '--amount', 'USD 61.250', '--reference', 'bank 12/3', '--by-transfer', '--json', ...BY],
    {
      verb: 'given-back',
      number: 'TU-1',
      sum: { amount: '61.25', currency: 'USD' },
      reference: 'bank 12/3',
      givenOn: undefined,
      channel: 'TRANSFER',
      isDryRun: false,
      isJson: true,
      by,
    },
  ],
  [
    ['refund', 'TU-1', '--received', 'Rp1.000.005', '--received', 'USD 61.250', ...BY],
    {
      verb: 'refund',
      number: 'TU-1',
      takeBack: new Map(),
      received: new Map([
        ['IDR', '1000005'],
        ['USD', '61.25'],
      ]),
      isDryRun: false,
      isJson: false,
      by,
    },
  ],
  [
    ['refund', 'TU-1', '--take-back', 'muv=500', ...BY, '--take-back', 'wa_balance=1000000'],
    {
      verb: 'refund',
      number: 'TU-1',
      takeBack: new Map([
        ['muv', 500n],
        ['wa_balance', 1_000_000n],
      ]),
      received: undefined,
      isDryRun: false,
      isJson: false,
      by,
    },
  ],
  [['retry', 'TU-1', ...BY], { verb: 'retry', number: 'TU-1', mail: false, isJson: false, by }],
  [['retry', '--mail', 'TU-1', ...BY], { verb: 'retry', number: 'TU-1', mail: true, isJson: false, by }],
  [['cancel', 'TU-1', ...BY], { verb: 'cancel', number: 'TU-1', isJson: false, by }],
  [
    ['rebook', 'TU-1', '--package-code', 'MUV=MUV_2027', '--line', '2=SEATS', ...BY],
    {
      verb: 'rebook',
      number: 'TU-1',
      changes: [
        { from: 'MUV', to: 'MUV_2027' },
        { line: 2, to: 'SEATS' },
      ],
      isJson: false,
      by,
    },
  ],
  [
    ['rebook', 'TU-1', '--booked-as', 'PI/2026/11/00042', ...BY],
    { verb: 'rebook', number: 'TU-1', piNumber: 'PI/2026/11/00042', isJson: false, by },
  ],
  [
    ['reconcile', '--since', '2026-11-22T03:04:05Z'],
    {
      verb: 'reconcile',
      since: new Date('2026-11-22T03:04:05Z'),
      isDryRun: false,
      isJson: false,
      actor: undefined,
    },
  ],
  [['exceptions'], { verb: 'exceptions', isJson: false }],
  [['exceptions', '--json'], { verb: 'exceptions', isJson: true }],
  [['exceptions', 'close', 'id', ...BY], { verb: 'close', id: 'id', isJson: false, by }],
  [['exceptions', 'close', 'id', '--json', ...BY], { verb: 'close', id: 'id', isJson: true, by }],
  [['list', '--json'], { verb: 'list', statuses: [], organizationId: undefined, limit: 50, isJson: true }],
])('%j', async (args, expected) => {
  expect(await requestOf(args)).toEqual(expected);
});

describe('an unknown command is refused with the usage', () => {
  test.each<[string[], RegExp]>([
    [[], /^Usage: npm run orders/],
    [['delete', 'TU-1'], /^There is no command "delete"\.\nUsage/],
    [['sho', 'TU-1'], /^There is no command "sho"\. Did you mean show\?\nUsage/],
    [['show'], /^The argument <number> is missing\.\nUsage: npm run orders -- show \[options\] <number>$/],
    [['show', 'TU-1', 'TU-2'], /^There are too many arguments: TU-1, TU-2\.\nUsage/],
    [['exceptions', 'close', ...BY], /^The argument <id> is missing\.\nUsage: npm run orders -- exceptions close /],
    [['show', 'TU-1', '--yaml'], /^There is no option --yaml\.\nUsage/],
    [['list', 'TU-1'], /^There are too many arguments: TU-1\.\nUsage: npm run orders -- list/],
    [['list', '--limit'], /^The option --limit <number> needs a value\.\nUsage/],
    [['reconcile'], /^The option --since <time> is missing\.\nUsage/],
    [['reconcile', '--since', 'yesterday'], /^--since must be an instant .* not yesterday\.\nUsage/],
    [['list', '--status', 'LATE'], /There is no status LATE: use DRAFT, /],
    [['list', '--limit', '0'], /--limit must be a number from 1 to 9999, not 0/],
    [['approve', 'TU-1', '--actor', 'rina'], /^The reason is missing: add --reason "TEXT"\.\nUsage/],
    [['approve', 'TU-1', '--reason', 'why'], /^The actor is missing/],
    [['approve', 'TU-1', '--actor', ' ', '--reason', 'why'], /^The actor must be/],
    [['approve', 'TU-1', '--actor', 'rina', '--reason', 'two\nlines'], /^The reason must be/],
    [['approve', 'TU-1', '--actor', 'rina', '--reason', 'x'.repeat(501)], /^The reason must be/],
    [['refund', 'TU-1', ...BY, '--take-back', 'muv'], /--take-back must be CODE=UNITS, such as muv=500, not muv/],
    [['refund', 'TU-1', ...BY, '--take-back', 'muv=1.5'], /not muv=1\.5/],
    [['refund', 'TU-1', ...BY, '--take-back', 'muv=-1'], /not muv=-1/],
    [['refund', 'TU-1', ...BY, '--take-back', 'muv=1', '--take-back', 'muv=2'], /names a quota twice/],
    [['approve', 'TU-1', ...BY, '--received', '1.5'], /--received must be a sum in rupiah .* not "1\.5"/],
    [['approve', 'TU-1', ...BY, '--received', '-1'], /--received must be a sum/],
    [['approve', 'TU-1', ...BY, '--received', 'IDR 0.5'], /--received must be a sum in rupiah/],
    [['approve', 'TU-1', ...BY, '--received', '1', '--received', 'Rp2'], /--received names IDR twice/],
    [['refund', 'TU-1', '--received', '1'], /^The actor is missing/],
    [['cancel', 'TU-1'], /^The actor is missing/],
    [
      ['rebook', 'TU-1', ...BY],
      /^Give new package codes \(--package-code, --line\), or the PI \(--booked-as\), not both/,
    ],
    [['rebook', 'TU-1', '--line', '1=A', '--booked-as', 'PI/1', ...BY], /^Give new package codes/],
    [['rebook', 'TU-1', '--package-code', 'MUV', ...BY], /must be OLD=NEW, such as MUV=MUV_2027, not MUV/],
    [['rebook', 'TU-1', '--package-code', 'A=B=C', ...BY], /must be OLD=NEW, .* not A=B=C/],
    [['rebook', 'TU-1', '--line', '0=A', ...BY], /--line must be N=CODE, .* not 0=A: `show` numbers the lines/],
    [['rebook', 'TU-1', '--line', '1=A\tB', ...BY], /must be 1 to 100 printable characters/],
    [['exceptions', 'open', 'id', ...BY], /^There is no option --actor/],
    [['exceptions', ...BY], /^There is no option --actor/],
  ])('%j', async (args, words) => {
    const refusal = await requestOf(args).catch((error: Error) => error);
    expect(refusal).toBeInstanceOf(UsageError);
    expect((refusal as Error).message).toMatch(words);
  });
});

test.each([
  ['no sum', ['--reference', 'MP-1'], /^The option --amount <sum> is missing/],
  ['words for a sum', ['--amount', 'all', '--reference', 'MP-1'], /^--amount must be a sum in rupiah/],
  ['nothing', ['--amount', '0', '--reference', 'MP-1'], /^--amount must be above 0/],
  ['no reference', ['--amount', '5'], /^The option --reference <text> is missing/],
  ['a reference that could forge a line', ['--amount', '5', '--reference', 'a\nb'], /^--reference must name/],
  ['a day that is none', ['--amount', '5', '--reference', 'MP-1', '--on', '2026-13-01'], /^--on must be a day/],
  ['words for a day', ['--amount', '5', '--reference', 'MP-1', '--on', 'yesterday'], /^--on must be a day/],
])('a give-back of %s is refused', async (_, args, message) => {
  const refusal = await requestOf(['given-back', 'TU-1', ...args, ...BY]).catch((error: Error) => error);
  expect(refusal).toBeInstanceOf(UsageError);
  expect((refusal as Error).message).toMatch(message);
});
