import { expect, test } from 'vitest';
import { refusalOf } from '../../../src/clients/webhook-sender.ts';

const strict = { internalHosts: [] };

test.each(['https://erp.example.com/hooks?key=1', 'https://8.8.8.8/', 'https://[2606:4700::1111]:8443/x'])(
  'events may go to %s',
  (url) => {
    expect(refusalOf(url, strict)).toBeUndefined();
  },
);

test.each([
  ['erp.example.com/hooks', 'it is not a URL'],
  ['http://erp.example.com/hooks', 'it is not an https URL'],
  ['ftp://erp.example.com/', 'it is not an https URL'],
  ['https://user:pass@erp.example.com/', 'it carries a user name or a password'],
  ...[
    '127.0.0.1',
    '0x7f.1',
    '2130706433',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[::1]',
    '[::]',
    '[::ffff:10.0.0.1]',
    '[64:ff9b::a00:1]',
    '[fd00::1]',
    '[fe80::1]',
    '[ff02::1]',
  ].map((host) => [`https://${host}/`, 'its address is not a public one']),
])('events may not go to %s: %s', (url, refusal) => {
  expect(refusalOf(url, strict)).toBe(refusal);
});

test('a host of the own network may have a private address and no TLS, and no other host may', () => {
  const own = { internalHosts: ['erp.internal', '10.0.0.5'] };
  expect(refusalOf('http://erp.internal:8080/hooks', own)).toBeUndefined();
  expect(refusalOf('http://10.0.0.5/', own)).toBeUndefined();
  expect(refusalOf('https://10.0.0.6/', own)).toBe('its address is not a public one');
  expect(refusalOf('http://erp.internal.example.com/', own)).toBe('it is not an https URL');
});
