import { describe, expect, test } from 'vitest';
import { toCaller } from '../../../../src/platform/auth/token-claims.ts';

const NOW = 1_764_000_000;
const GOOD = {
  iss: 'https://issuer.example.test',
  aud: 'self-topup',
  sub: 'admin-1001',
  organization_id: '1001',
  scope: 'topup:read',
  iat: NOW,
  exp: NOW + 3600,
};

const callerOf = (claims: Record<string, unknown>) =>
  toCaller({ ...GOOD, ...claims }, { now: () => new Date(NOW * 1000) });

/** The refusal with this message, as a fault of the token. */
const refused = (message: string) => expect.objectContaining({ name: 'InvalidTokenError', message });
const notRight = (claim: string) => refused(`The token is not valid: claim ${claim} is not right.`);

/** The caller, or the refusal. */
function outcome(claims: Record<string, unknown>): unknown {
  try {
    return callerOf(claims);
  } catch (error) {
    return error;
  }
}

test('the claims give the subject, the organization and the scopes', () => {
  expect(callerOf({})).toStrictEqual({
    subject: 'admin-1001',
    organizationId: '1001',
    scopes: new Set(['topup:read']),
  });
});

describe('sub', () => {
  test.each(['a', 'auth0|5f7c8ec7: Rina Wulandari', 'é 明 😀', 'a'.repeat(255)])('%j is valid', (sub) => {
    expect(callerOf({ sub }).subject).toBe(sub);
  });

  test.each([
    undefined,
    null,
    7,
    ['admin'],
    '',
    '\u0000admin',
    'admin\u0000',
    'ad\u007fmin',
    'admin\n',
    '\nadmin',
    'a\u2028b',
    'a\u2029b',
    'admin\ud800',
    '\udc00admin',
    'a'.repeat(256),
  ])('%j is refused', (sub) => {
    expect(outcome({ sub })).toEqual(notRight('sub'));
  });
});

describe('organization_id', () => {
  test.each(['1', '0f8fad5b-d9cb-469f-a165-70867728950e', 'A_z-9', 'o'.repeat(64)])('%j is valid', (id) => {
    expect(callerOf({ organization_id: id }).organizationId).toBe(id);
  });

  test.each([null, 1001, ['1001'], '', ' 1001', '1001 ', '1001\n', '10\u000001', '../1001', '%', '１', 'o'.repeat(65)])(
    '%j is refused, even for support',
    (id) => {
      expect(outcome({ organization_id: id, scope: 'topup:support' })).toEqual(notRight('organization_id'));
    },
  );

  test('may be absent for support alone', () => {
    expect(callerOf({ organization_id: undefined, scope: 'topup:support' })).toStrictEqual({
      subject: 'admin-1001',
      organizationId: undefined,
      scopes: new Set(['topup:support']),
    });
    for (const scope of ['topup:read topup:write', 'topup:supporter', 'support', undefined]) {
      expect(outcome({ organization_id: undefined, scope })).toEqual(
        refused('The token is not valid: claim organization_id is missing.'),
      );
    }
  });
});

describe('scope', () => {
  test.each<[unknown, string[]]>([
    [undefined, []],
    ['', []],
    [' ', []],
    ['topup:read', ['topup:read']],
    ['topup:read topup:write', ['topup:read', 'topup:write']],
    ['  openid   topup:read ', ['openid', 'topup:read']],
    ['topup:read,topup:write', ['topup:read,topup:write']],
    ['topup:read\ttopup:write', ['topup:read\ttopup:write']],
  ])('%j is read', (scope, scopes) => {
    expect(callerOf({ scope }).scopes).toStrictEqual(new Set(scopes));
  });

  test.each([null, 1, ['topup:read'], { 'topup:read': true }])('%j grants nothing', (scope) => {
    expect(outcome({ scope })).toEqual(notRight('scope'));
  });
});

describe('aud', () => {
  test.each(['self-topup', ['self-topup']])('%j includes us', (aud) => {
    expect(callerOf({ aud }).subject).toBe('admin-1001');
  });

  test.each([undefined, null, 1, [], ['self-topup', 'another'], ['another', 'self-topup'], [1], { 0: 'self-topup' }])(
    '%j does not include us',
    (aud) => {
      expect(outcome({ aud })).toEqual(notRight('aud'));
    },
  );
});

/** Ten years of 366 days. */
const LONGEST = 316_224_000;

describe('times', () => {
  test.each([NOW, NOW + 3600, NOW + LONGEST])('the end may be %f', (exp) => {
    expect(callerOf({ exp }).subject).toBe('admin-1001');
  });

  test.each([undefined, null, `${NOW + 3600}`, true, [NOW], NOW + LONGEST + 1, NOW * 1000, Number.POSITIVE_INFINITY])(
    'the end cannot be %j',
    (exp) => {
      expect(outcome({ exp })).toEqual(notRight('exp'));
    },
  );

  test.each([undefined, 0, NOW - 3600, NOW, NOW + 5, NOW + 30])('the beginning may be %j', (iat) => {
    expect(callerOf({ iat }).subject).toBe('admin-1001');
  });

  test.each([null, `${NOW}`, NOW + 30.5, NOW + 31, NOW * 1000])('the beginning cannot be %j', (iat) => {
    expect(outcome({ iat })).toEqual(notRight('iat'));
  });

  test('the clock of this machine gives the current time by default', () => {
    const second = Math.floor(Date.now() / 1000);
    expect(toCaller({ ...GOOD, iat: second, exp: second + 60 }).subject).toBe('admin-1001');
    expect(() => toCaller({ ...GOOD, iat: second + 60, exp: second + 120 })).toThrow('claim iat is not right');
  });
});
