import { afterAll, beforeAll, expect, test } from 'vitest';
import { ec, type Forgery, type Guarded, mintOf, startGuarded, suiteOf } from '../../support/auth/forgeries.ts';
import { inSeconds } from '../../support/auth/issuer.ts';

let guarded: Guarded;

beforeAll(async () => {
  guarded = await startGuarded();
});

afterAll(() => guarded.stop());

const suite = suiteOf(() => guarded);
const { signedBy } = mintOf(() => guarded);

/** The issuer signs all of these tokens: only their content is wrong. */
const saying = (claims: Record<string, unknown>) => guarded.issuer.token(ec, claims);
const own = (name: string) => guarded.issuer.claims()[name];
const DAY = 86_400;

/** The wrong value, or a function of the issuer or the current time; and a similar value that is right. */
type Odd = [kind: string, value: unknown, right?: () => unknown];

const ofClaim = (name: string, odd: readonly Odd[]): Forgery[] =>
  odd.map(([kind, value, right]) => [
    `${name} ${kind}`,
    () => saying({ [name]: typeof value === 'function' ? value() : value }),
    () => saying(right === undefined ? {} : { [name]: right() }),
  ]);

/** Writes a number in a form that no serializer produces. */
const literally = (name: string, number: string) =>
  signedBy(
    { alg: 'ES256', kid: 'ec-1' },
    ec.sign,
    JSON.stringify(guarded.issuer.claims({ [name]: 'here' })).replace('"here"', number),
  );

suite('refuses an odd exp', [
  ...ofClaim('exp', [
    ['left out', undefined],
    ['null', null],
    ['as text', () => String(inSeconds(3600))],
    ['as a date', '2040-01-01T00:00:00Z'],
    ['true', true],
    ['in a list', () => [inSeconds(3600)]],
    ['nought', 0],
    ['negative', -1],
    ['a minute ago', () => inSeconds(-60), () => inSeconds(-2)],
    ['forty seconds ago', () => inSeconds(-40), () => inSeconds(-20) + 0.5],
    ['in milliseconds', () => inSeconds(3600) * 1000, () => inSeconds(365 * DAY)],
    ['in eleven years', () => inSeconds(11 * 365 * DAY), () => inSeconds(9 * 365 * DAY)],
    ['in the year 10000', 253_402_300_800],
    ['the largest safe integer', Number.MAX_SAFE_INTEGER],
    ['beyond what is exact', 2 ** 63],
    ['the largest number', Number.MAX_VALUE],
  ]),
  ['exp infinite', () => literally('exp', '1e999'), () => literally('exp', String(inSeconds(60)))],
  ['exp infinitely negative', () => literally('exp', '-1e999')],
]);

suite('refuses an odd nbf or iat', [
  ...ofClaim('nbf', [
    ['in a minute', () => inSeconds(60), () => inSeconds(30)],
    ['in forty seconds', () => inSeconds(40), () => inSeconds(0)],
    ['as text', () => String(inSeconds(-60)), () => inSeconds(-60)],
    ['null', null],
    ['in the year 10000', 253_402_300_800],
  ]),
  ...ofClaim('iat', [
    ['in a minute', () => inSeconds(60), () => inSeconds(30)],
    ['in milliseconds', () => inSeconds(0) * 1000, () => inSeconds(-DAY)],
    ['as text', () => String(inSeconds(0)), () => undefined],
    ['null', null],
  ]),
]);

suite('refuses an odd issuer or audience', [
  ...ofClaim('iss', [
    ['left out', undefined],
    ['null', null],
    ['another', 'https://issuer.example.com'],
    ['with a slash', () => `${own('iss')}/`],
    ['in capitals', () => String(own('iss')).toUpperCase()],
    ['cut short', () => String(own('iss')).slice(0, -1)],
    ['in a list', () => [own('iss')]],
    ['as an object', () => ({ 0: own('iss') })],
  ]),
  ...ofClaim('aud', [
    ['left out', undefined],
    ['null', null],
    ['another', 'another-product'],
    ['cut short', () => String(own('aud')).slice(0, -1)],
    ['with a space', () => `${own('aud')} `],
    ['two in one text', () => `${own('aud')} another-product`],
    ['ours and another', () => [own('aud'), 'another-product'], () => [own('aud')]],
    ['another and ours', () => ['another-product', own('aud')], () => [own('aud')]],
    ['ours twice', () => [own('aud'), own('aud')], () => [own('aud')]],
    ['an empty list', []],
    ['a list in a list', () => [[own('aud')]]],
    ['as an object', () => ({ 0: own('aud'), length: 1 })],
    ['a number', 1],
  ]),
]);

suite('refuses an odd subject or organization', [
  ...ofClaim('sub', [
    ['left out', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 7],
    ['in a list', ['admin-1001']],
    ['with a NUL', 'admin\u0000'],
    ['with a line break', 'admin\nroot', () => 'auth0|5f7c8ec7: Rina Wulandari é 明'],
    ['with half a character', 'admin\ud800', () => 'admin😀'],
    ['of 256 letters', 'a'.repeat(256), () => 'a'.repeat(255)],
  ]),
  ...ofClaim('organization_id', [
    ['left out, without support', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 1001],
    ['in a list', ['1001']],
    ['as an object', { id: '1001' }],
    ['true', true],
    ['with a NUL', '1001\u0000'],
    ['with a line break', '1001\n', () => '0f8fad5b-d9cb-469f-a165-70867728950e'],
    ['with half a character', '1001\udfff'],
    ['with spaces', ' 1001 '],
    ['of other digits', '１００１'],
    ['a path', '../1001'],
    ['SQL', "1001' or '1' = '1"],
    ['a wildcard', '%'],
    ['of 65 letters', 'o'.repeat(65), () => 'o'.repeat(64)],
  ]),
]);

suite('refuses an odd scope', [
  ...ofClaim('scope', [
    ['in a list', ['topup:read']],
    ['null', null],
    ['a number', 1],
    ['as an object', { 'topup:read': true }],
  ]),
]);

test.each<[string, string]>([
  ['in capitals', 'TOPUP:READ'],
  ['with commas', 'topup:read,topup:write'],
  ['with a tab', 'topup:read\ttopup:write'],
  ['a wildcard', 'topup:*'],
  ['a part', 'topup'],
])('a scope %s grants nothing', async (_kind, scope) => {
  const response = await fetch(`${guarded.app.url}/iag/v1/topup-configurations`, {
    headers: { authorization: `Bearer ${saying({ scope })}` },
  });
  expect(response.status).toBe(403);
});

test('no claim causes a failure', () => {
  const events = guarded.app.logs.map(({ event }) => event);
  for (const failure of ['request_failed', 'field_failed']) expect(events).not.toContain(failure);
});
