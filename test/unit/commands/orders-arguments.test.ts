import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/commands/command.ts';
import { parseOrdersCommand } from '../../../src/commands/orders-arguments.ts';

const BY = ['--actor', 'rina', '--reason', 'Bought by mistake'];
const by = { actor: 'rina', reason: 'Bought by mistake' };

test.each([
  [['list'], { verb: 'list', statuses: [], organizationId: undefined, limit: 50 }],
  [
    ['list', '--status', 'PAID', '--status', 'PAYMENT_REVIEW', '--organization', '1001', '--limit', '5'],
    { verb: 'list', statuses: ['PAID', 'PAYMENT_REVIEW'], organizationId: '1001', limit: 5 },
  ],
  [['show', 'TU-1'], { verb: 'show', number: 'TU-1' }],
  [['approve', 'TU-1', ...BY], { verb: 'approve', number: 'TU-1', by }],
  [['refund', 'TU-1', ...BY], { verb: 'refund', number: 'TU-1', takeBack: new Map(), by }],
  [
    ['refund', 'TU-1', '--take-back', 'muv=500', ...BY, '--take-back', 'wa_balance=1000000'],
    {
      verb: 'refund',
      number: 'TU-1',
      takeBack: new Map([
        ['muv', 500n],
        ['wa_balance', 1_000_000n],
      ]),
      by,
    },
  ],
  [['retry', 'TU-1', ...BY], { verb: 'retry', number: 'TU-1', mail: false, by }],
  [['retry', '--mail', 'TU-1', ...BY], { verb: 'retry', number: 'TU-1', mail: true, by }],
  [['exceptions'], { verb: 'exceptions' }],
  [['exceptions', 'close', 'id', ...BY], { verb: 'close', id: 'id', by }],
])('%j', (args, expected) => {
  expect(parseOrdersCommand(args)).toEqual(expected);
});

describe('an unknown command is refused with the usage', () => {
  test.each<[string[], RegExp]>([
    [[], /^Usage: npm run orders/],
    [['delete', 'TU-1'], /^Usage/],
    [['show'], /^Usage/],
    [['show', 'TU-1', 'TU-2'], /^Usage/],
    [['show', 'TU-1', '--json'], /Unknown option '--json'/],
    [['list', 'TU-1'], /positional/],
    [['list', '--status', 'LATE'], /There is no status LATE: use DRAFT, /],
    [['list', '--limit', '0'], /--limit must be a number from 1 to 9999, not 0/],
    [['approve', 'TU-1', '--actor', 'rina'], /^The reason must be one line of 1 to 500 characters\.\nUsage/],
    [['approve', 'TU-1', '--reason', 'why'], /^The actor must be/],
    [['approve', 'TU-1', '--actor', ' ', '--reason', 'why'], /^The actor must be/],
    [['approve', 'TU-1', '--actor', 'rina', '--reason', 'two\nlines'], /^The reason must be/],
    [['approve', 'TU-1', '--actor', 'rina', '--reason', 'x'.repeat(501)], /^The reason must be/],
    [['refund', 'TU-1', ...BY, '--take-back', 'muv'], /--take-back must be CODE=UNITS, such as muv=500, not muv/],
    [['refund', 'TU-1', ...BY, '--take-back', 'muv=1.5'], /not muv=1\.5/],
    [['refund', 'TU-1', ...BY, '--take-back', 'muv=-1'], /not muv=-1/],
    [['refund', 'TU-1', ...BY, '--take-back', 'muv=1', '--take-back', 'muv=2'], /names a quota twice/],
    [['exceptions', 'open', 'id', ...BY], /^Usage/],
    [['exceptions', ...BY], /^Usage/],
    [['exceptions', 'close', ...BY], /^Usage/],
  ])('%j', (args, words) => {
    expect(() => parseOrdersCommand(args)).toThrow(UsageError);
    expect(() => parseOrdersCommand(args)).toThrow(words);
  });
});
