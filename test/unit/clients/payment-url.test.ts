import { describe, expect, test } from 'vitest';
import { createPaymentUrlCheck, hostOf } from '../../../src/clients/mekari-pay/payment-url.ts';

const PAY = 'https://pay.mekari.test/base';
const check = (payBaseUrl = PAY, hosts?: string[]) => createPaymentUrlCheck({ payBaseUrl, hosts });

describe('Mekari Pay elsewhere', () => {
  test.each([
    'https://pay.mekari.test/pay/inv_1',
    'https://checkout.mekari.test/pay/inv_1?token=a%2Fb&x=(1)#top',
    'https://PAY.mekari.test/',
    'https://pay.mekari.test:443/x',
    'https://pay.mekari.test',
    'https://pay.mekari.test?id=inv_1',
    'https://pay.mekari.test:8443/x',
    `https://pay.mekari.test/${'x'.repeat(2024)}`,
  ])('allows %s', (url) => expect(check()(url)).toBe(true));

  test.each([
    'http://pay.mekari.test/pay/inv_1',
    'http://127.0.0.1/pay/inv_1',
    'http://localhost:4103/pay/inv_1',
    'HTTP://pay.mekari.test/',
    '//pay.mekari.test/x',
    '/pay/inv_1',
    'pay.mekari.test/x',
    '',
    ' https://pay.mekari.test/x',
    'https://pay.mekari.test/x ',
    'https://pay.mekari.test/a b',
    'https://pay.mekari.test/\n',
    'https://pay.mekari.test/\u0000',
    'https://pay.mekari.test@evil.test/x',
    'https://user:password@pay.mekari.test/x',
    'https://@pay.mekari.test/x',
    'https://pay.mekari.test%40evil.test/x',
    'https:\\\\evil.test/x',
    'https://pay.mekari.test\\@evil.test/x',
    'https:/pay.mekari.test/x',
    'https:pay.mekari.test/x',
    'https:///pay.mekari.test/x',
    'https://',
    'https://pay.mekari.test:99999/x',
    'https://päy.mekari.test/x',
    'https://pay。mekari。test/x',
    'https://pay.mekari.test/"onload="x',
    'https://pay.mekari.test/<script>',
    'javascript:alert(1)',
    'JavaScript://pay.mekari.test/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'ftp://pay.mekari.test/x',
    'file:///etc/passwd',
    'blob:https://pay.mekari.test/x',
    'x https://pay.mekari.test/x',
    `https://pay.mekari.test/${'x'.repeat(2025)}`,
  ])('refuses %j', (url) => expect(check()(url)).toBe(false));
});

describe('Mekari Pay on this machine', () => {
  test.each([
    ['http://127.0.0.1:4103', 'http://127.0.0.1:4103/pay/inv_1', true],
    ['http://localhost:4103', 'http://localhost:4103/pay/inv_1', true],
    ['http://[::1]:4103', 'http://[::1]:4103/pay/inv_1', true],
    ['http://127.0.0.1:4103', 'https://pay.mekari.test/pay/inv_1', true],
    ['http://127.0.0.1:4103', 'http://127.0.0.1:4104/pay/inv_1', false],
    ['http://127.0.0.1:4103', 'http://localhost:4103/pay/inv_1', false],
    ['http://127.0.0.1:4103', 'http://pay.mekari.test/pay/inv_1', false],
    ['http://pay.internal:4103', 'http://pay.internal:4103/pay/inv_1', false],
    ['http://127.0.0.1.evil.test', 'http://127.0.0.1.evil.test/pay/inv_1', false],
  ])('at %s: %s passes? %s', (pay, url, isPassedOn) => expect(check(pay)(url)).toBe(isPassedOn));
});

describe('allowed hosts', () => {
  const allowed = check(PAY, ['pay.mekari.test', 'xn--py-qia.mekari.test']);
  test.each(['https://pay.mekari.test/x', 'https://PAY.MEKARI.TEST/x', 'https://xn--py-qia.mekari.test/x'])(
    'allow %s',
    (url) => expect(allowed(url)).toBe(true),
  );
  test.each([
    'https://evil.test/x',
    'https://sub.pay.mekari.test/x',
    'https://mekari.test/x',
    'https://pay.mekari.test.evil.test/x',
    'https://pay.mekari.test./x',
    'https://xn--pay-evil.test/x',
    'https://evil.test/pay.mekari.test',
    'https://evil.test?https://pay.mekari.test',
    'https://evil.test#@pay.mekari.test',
    'http://pay.mekari.test/x',
  ])('refuse %s', (url) => expect(allowed(url)).toBe(false));
});

test.each([
  ['https://user:secret@pay.mekari.test/x?token=secret', 'pay.mekari.test'],
  ['javascript:alert("secret")', 'none'],
  ['no secret URL', 'none'],
  [`https://${'x'.repeat(300)}/secret`, 'x'.repeat(253)],
])('the log gets the host of %j alone', (url, host) => expect(hostOf(url)).toBe(host));
