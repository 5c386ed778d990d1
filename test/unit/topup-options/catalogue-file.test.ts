import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkCatalogue } from '../../../src/topup-options/rules/catalogue-file.ts';

const ROW = {
  code: 'agent_extra',
  label: 'Users',
  package_id: 'pkg-agent',
  option_value: { input: 'QUANTITY', minimum: 1 },
  quota_type: 'contract',
  billing_version_for_pi: 'v3',
  is_fixed_cost: false,
};

/** "row column" of every fault. */
const places = (file: unknown) => checkCatalogue(file).faults.map(({ row, column }) => `${row} ${column}`);

describe('a valid catalogue file', () => {
  test('ships with the rows of the product and no fault', () => {
    const { rows, faults } = checkCatalogue(
      JSON.parse(readFileSync(new URL('../../../seed/topup-configurations.json', import.meta.url), 'utf8')),
    );
    expect(faults).toEqual([]);
    expect(rows.map(({ code, active }) => `${code} ${active ? 'on' : 'off'}`)).toEqual([
      'wa_balance on',
      'muv on',
      'agent_extra on',
      'voice_call_extra on',
      'chatbot_ai_extra on',
      'email_extra off',
      'recording_extra off',
    ]);
  });

  test('has defaults for optional columns', () => {
    expect(checkCatalogue([ROW]).rows).toEqual([
      {
        ...ROW,
        description: null,
        package_code: null,
        base_price: null,
        show_by_component: [],
        hide_by_component: [],
        feature_flag: null,
        taxes: [],
        excess_key: null,
        excess_package_id: null,
        excess_package_code: null,
        active: true,
      },
    ]);
  });

  test.each(['600', 600])('may have a price of %j', (price) => {
    expect(checkCatalogue([{ ...ROW, is_fixed_cost: true, base_price: price }]).rows[0]?.base_price).toBe(600n);
  });

  test('adds a new kind of quota by data alone', () => {
    expect(checkCatalogue([{ ...ROW, code: 'sms_extra', package_id: 'pkg-sms' }]).faults).toEqual([]);
  });
});

describe('a fault names its row and its column', () => {
  test.each<[string, Record<string, unknown>]>([
    ['code', { code: 'Agent Extra' }],
    ['code', { code: 7 }],
    ['label', { label: ' ' }],
    ['description', { description: 'x'.repeat(2001) }],
    ['option_value', { option_value: { input: 'QUANTITY', minimum: 0 } }],
    ['option_value', { option_value: undefined }],
    ['quota_type', { quota_type: 'yearly' }],
    ['billing_version_for_pi', { billing_version_for_pi: '' }],
    ['base_price', { base_price: '600.5' }],
    ['base_price', { base_price: 0.5 }],
    ['base_price', { base_price: '-1' }],
    ['base_price', { is_fixed_cost: true, base_price: 0 }],
    ['base_price', { base_price: '9007199254740992' }],
    ['base_price', { is_fixed_cost: true }],
    ['package_id', { package_id: null }],
    ['is_fixed_cost', { is_fixed_cost: 'yes' }],
    ['show_by_component', { show_by_component: 'waba' }],
    ['hide_by_component.1', { hide_by_component: ['a', 5] }],
    ['excess_key', { excess_package_id: 'pkg-excess' }],
    ['position', { position: 1.5 }],
    ['active', { active: 1 }],
    ['colour', { colour: 'red' }],
  ])('%s is named for %j', (column, change) => {
    expect(places([ROW, { ...ROW, code: 'other', ...change }])).toEqual([`2 ${column}`]);
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['label', 'U+202E', { label: 'Balance \u202Eecnalab' }],
    ['label', 'U+2066', { label: 'Balance \u2066Rp1\u2069' }],
    ['label', 'U+0000', { label: 'Balance\0' }],
    ['label', 'U+000A', { label: 'Balance\n' }],
    ['label', 'U+FEFF', { label: '\uFEFFBalance' }],
    ['label', 'U+200B', { label: 'Bal\u200Bance' }],
    ['label', 'U+2028', { label: 'Balance\u2028' }],
    ['label', 'U+D800', { label: 'Balance \uD800' }],
    ['description', 'U+0007', { description: 'Per visitor\u0007' }],
    ['description', 'U+200F', { description: '\u200FPer visitor' }],
    ['description', 'U+0085', { description: 'Per\u0085visitor' }],
    ['package_code', 'U+202A', { package_code: '\u202AAGENT' }],
    ['show_by_component.0', 'U+001B', { show_by_component: ['waba\u001B'] }],
  ])('%s with the invisible %s', (column, character, change) => {
    const { faults } = checkCatalogue([ROW, { ...ROW, code: 'other', ...change }]);
    expect(faults).toEqual([
      { row: 2, code: 'other', column, reason: expect.stringContaining(`holds the invisible character ${character}`) },
    ]);
  });

  test.each(['Saldo – ñandú «Rp1» 余额 رصيد 😀', ' Balance '])('a visible text such as %j passes', (label) => {
    expect(checkCatalogue([{ ...ROW, label, description: label }]).faults).toEqual([]);
  });

  test('a hundred choices are taken; 300,000 are refused by one line', () => {
    const choices = (length: number) => Array.from({ length }, (_, at) => at + 1);
    const check = (length: number) =>
      checkCatalogue([{ ...ROW, option_value: { input: 'CHOICE', choices: choices(length) } }]).faults;
    expect(check(100)).toEqual([]);
    for (const length of [101, 300_000]) {
      expect(check(length)).toEqual([
        {
          row: 1,
          code: 'agent_extra',
          column: 'option_value',
          reason: 'option_value.choices: holds more than 100 choices',
        },
      ]);
    }
  });

  test.each([null, 'agent_extra', 5, []])('%j is not a row', (row) => {
    expect(checkCatalogue([row]).faults[0]).toMatchObject({ row: 1, column: '-' });
  });

  test.each([{}, null, 'rows', { rows: [ROW] }])('%j is not an array of rows', (file) => {
    expect(checkCatalogue(file)).toEqual({
      rows: [],
      faults: [{ row: 0, code: undefined, column: '-', reason: 'the file is not an array of rows' }],
    });
  });
});

test('every fault of the file is reported at once, several of one row too', () => {
  const file = [
    { ...ROW, label: '', quota_type: 'yearly', package_id: null, excess_package_id: 'pkg-excess' },
    ROW,
    { ...ROW, is_fixed_cost: true, position: 'first', colour: 'red' },
  ];
  expect(places(file).toSorted()).toEqual([
    '1 excess_key',
    '1 label',
    '1 package_id',
    '1 quota_type',
    '2 code',
    '3 base_price',
    '3 code',
    '3 colour',
    '3 position',
  ]);
});

test('a repeated code names the row that had it first', () => {
  expect(checkCatalogue([ROW, { ...ROW, code: 'other' }, ROW]).faults).toEqual([
    { row: 3, code: 'agent_extra', column: 'code', reason: 'is the same as in row 1' },
  ]);
});
