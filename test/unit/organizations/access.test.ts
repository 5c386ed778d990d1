import { describe, expect, test } from 'vitest';
import {
  canRead,
  organizationToRead,
  organizationToWrite,
  requireCaller,
} from '../../../src/organizations/rules/access.ts';
import type { Caller } from '../../../src/platform/auth/caller.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';

function caller(organizationId: string | undefined, ...scopes: string[]): Caller {
  return { subject: 'somebody', organizationId, scopes: new Set(scopes) };
}

/** Only the caller matters here. */
const request = (by: Caller | undefined) => ({ caller: by }) as RequestContext;

/** The answer, or the code of the refusal. */
function outcome(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return (error as { extensions?: { code?: string } }).extensions?.code ?? error;
  }
}

const NOBODY = undefined;
const READER = caller('1001', 'topup:read');
const BUYER = caller('1001', 'topup:read', 'topup:write');
const WRITER = caller('1001', 'topup:write');
const SUPPORT = caller(undefined, 'topup:support');
const SUPPORT_OF_ONE = caller('1001', 'topup:support');
const STRANGER = caller('1001', 'chat:read', 'topup', 'topup:readall');
const UNSCOPED = caller('1001');

describe('canRead', () => {
  test.each([
    ['reader', READER],
    ['buyer', BUYER],
    ['writer', WRITER],
    ['support of one', SUPPORT_OF_ONE],
  ])('%s: reads its own organization', (_, by) => {
    expect(canRead(by, '1001')).toBe(true);
  });

  test.each(['1002', '100', '10011', ' 1001', '1001 ', '01001', 'undefined'])('no reader reads %j', (other) => {
    expect([READER, BUYER, WRITER].map((by) => canRead(by, other))).toEqual([false, false, false]);
  });

  test('support reads any, its own or none', () => {
    expect([SUPPORT, SUPPORT_OF_ONE].map((by) => canRead(by, '1002'))).toEqual([true, true]);
  });

  test.each([
    ['without a scope', UNSCOPED],
    ['with scopes of another product', STRANGER],
  ])('%s a caller cannot read even its own', (_, by) => {
    expect(canRead(by, '1001')).toBe(false);
  });

  test.each(['', '\u0000', '1001\u0000', '10\n01', '\u007f', '1'.repeat(65)])(
    'an invalid id is unreadable, even to a token with it: %j',
    (id) => {
      expect([canRead(SUPPORT, id), canRead(caller(id, 'topup:read'), id)]).toEqual([false, false]);
    },
  );

  test('an id has up to 64 characters', () => {
    expect(canRead(SUPPORT, '1'.repeat(64))).toBe(true);
  });
});

describe('organizationToRead', () => {
  test.each<[string, Caller | undefined, string | undefined, string]>([
    ['its own where none is named', READER, undefined, '1001'],
    ['its own by name', READER, '1001', '1001'],
    ['another one', READER, '1002', 'FORBIDDEN'],
    ['none at all', READER, '', 'FORBIDDEN'],
    ['its own without a scope', UNSCOPED, undefined, 'FORBIDDEN'],
    ['any, for support', SUPPORT, '1002', '1002'],
    ['support that names none', SUPPORT, undefined, 'BAD_USER_INPUT'],
    ['its own, for support of one', SUPPORT_OF_ONE, undefined, '1001'],
    ['no token', NOBODY, '1001', 'UNAUTHENTICATED'],
    ['no token and no organization', NOBODY, undefined, 'UNAUTHENTICATED'],
  ])('%s', (_, by, requested, expected) => {
    expect(outcome(() => organizationToRead(request(by), requested))).toBe(expected);
  });
});

describe('organizationToWrite', () => {
  test.each<[string, Caller | undefined, string | undefined, string]>([
    ['its own where none is named', BUYER, undefined, '1001'],
    ['its own by name', BUYER, '1001', '1001'],
    ['another one', BUYER, '1002', 'FORBIDDEN'],
    ['none at all', BUYER, '', 'FORBIDDEN'],
    ['another one, for support of one', SUPPORT_OF_ONE, '1002', 'FORBIDDEN'],
    ['any, for support', SUPPORT, '1002', 'FORBIDDEN'],
    ['none, for support', SUPPORT, undefined, 'FORBIDDEN'],
    ['no token', NOBODY, '1001', 'UNAUTHENTICATED'],
  ])('%s', (_, by, requested, expected) => {
    expect(outcome(() => organizationToWrite(request(by), requested))).toBe(expected);
  });
});

test('a refusal names no organization', () => {
  const messages = [
    () => organizationToRead(request(READER), '1002'),
    () => organizationToWrite(request(BUYER), '1002'),
    () => organizationToRead(request(SUPPORT), undefined),
  ].map((act) => {
    try {
      return act();
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(messages).toEqual([
    'The token does not belong to this organization.',
    'The token does not belong to this organization.',
    'organizationId is required: the token belongs to no organization.',
  ]);
});

test('requireCaller returns the caller', () => {
  expect(requireCaller(request(READER))).toBe(READER);
  expect(outcome(() => requireCaller(request(NOBODY)))).toBe('UNAUTHENTICATED');
});
