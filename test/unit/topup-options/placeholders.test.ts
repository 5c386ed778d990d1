import { expect, test } from 'vitest';
import { fillPlaceholders } from '../../../src/topup-options/rules/placeholders.ts';

test.each([
  ['{{mekari_billing}} per visitor.', 600n, 'Rp600 per visitor.'],
  ['{{ mekari_billing }} per pack', 1_000_000n, 'Rp1.000.000 per pack'],
  ['{{mekari_billing}} and {{mekari_billing}}', 125_000n, 'Rp125.000 and Rp125.000'],
  ['Balance, in rupiah.', 600n, 'Balance, in rupiah.'],
  ['{{something_else}} {mekari_billing}', 600n, '{{something_else}} {mekari_billing}'],
  ['', 600n, ''],
])('a label %j at the price %s reads %j', (template, price, text) => {
  expect(fillPlaceholders(template, price)).toBe(text);
});
