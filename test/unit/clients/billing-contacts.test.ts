import { describe, expect, test } from 'vitest';
import { readBillingContacts } from '../../../src/clients/billing-contacts.ts';

const read = (...emails: unknown[]) => {
  const { contacts, unreadable } = readBillingContacts(emails.map((email) => ({ name: null, email, locale: 'en' })));
  return { emails: contacts.map(({ email }) => email), unreadable };
};

test.each([
  [' a@x.test\t', ['a@x.test']],
  ['a@x.test;', ['a@x.test']],
  ['a@x.test, b@x.test', ['a@x.test', 'b@x.test']],
  ['a@x.test; b@x.test', ['a@x.test', 'b@x.test']],
  ['a@x.test b@x.test', ['a@x.test', 'b@x.test']],
  ['a@x.test\nb@x.test', ['a@x.test', 'b@x.test']],
  ['Siti <siti@x.test>, "Doe, J" <j@x.test>', ['siti@x.test', 'j@x.test']],
  ['a@x.test (Siti)', ['a@x.test']],
  ['Finance: a@x.test, b@x.test;', ['a@x.test', 'b@x.test']],
  ['a@BÜCHER.test', ['a@xn--bcher-kva.test']],
])('%j is read', (typed, emails) => {
  expect(read(typed)).toEqual({ emails, unreadable: 0 });
});

test.each(['', '  ', 'none', 'a@', '@x.test', 'a@@x.test', 'a@x', 'a b', 'ü@x.test', 'a@x.test/b@x.test', null, 7, {}])(
  '%j cannot be read',
  (typed) => {
    expect(read(typed)).toEqual({ emails: [], unreadable: 1 });
  },
);

test('what can be read of a field is used, and the rest counted', () => {
  expect(read('a@x.test, none')).toEqual({ emails: ['a@x.test'], unreadable: 1 });
});

test('rows that are no contacts are counted, and hide no other', () => {
  const rows = [null, 'a@x.test', [], { name: 'Siti', email: 'siti@x.test' }];
  expect(readBillingContacts(rows)).toEqual({
    contacts: [{ name: 'Siti', email: 'siti@x.test', locale: 'id' }],
    unreadable: 3,
  });
});

describe('the name', () => {
  test('is the one of the contact, else the one beside the address', () => {
    const rows = [
      { name: 'Siti Rahayu', email: 'Siti <siti@x.test>' },
      { name: '', email: 'Budi <budi@x.test>' },
    ];
    expect(readBillingContacts(rows).contacts.map(({ name }) => name)).toEqual(['Siti Rahayu', 'Budi']);
  });

  test('is never an address', () => {
    const [first, second] = readBillingContacts([{ email: 'a@x.test b@x.test' }]).contacts;
    expect([first?.name, second?.name]).toEqual(['', '']);
  });
});

test('an address is used once, in whatever case', () => {
  expect(read('a@x.test', 'A@X.test, a@x.test')).toEqual({ emails: ['a@x.test'], unreadable: 0 });
});
