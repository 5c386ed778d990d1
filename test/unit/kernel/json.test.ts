import { describe, expect, test } from 'vitest';
import { parseStrictJson } from '../../../src/kernel/json.ts';

const parse = (text: string) => parseStrictJson(Buffer.from(text));

describe('numbers', () => {
  test.each<[string, bigint | number]>([
    ['0', 0n],
    ['7', 7n],
    ['10', 10n],
    ['1000000', 1_000_000n],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['9999999999999999', 9_999_999_999_999_999n],
    ['10000000000000000', 1e16],
    ['-0', -0],
    ['-5', -5],
    ['1.0', 1],
    ['0.5', 0.5],
    ['1e6', 1_000_000],
    ['1E6', 1_000_000],
    ['10e-1', 1],
  ])('%s', (written, read) => {
    expect(parse(`{"amount":${written}}`)).toStrictEqual({ amount: read });
  });

  test.each(['01', '+1', '.5', '1.', '1n', '0x1', 'NaN', 'Infinity', '١'])('%s is none', (written) => {
    expect(parse(`{"amount":${written}}`)).toBeUndefined();
  });
});

const nested = (open: string, depth: number, close: string) => open.repeat(depth) + close.repeat(depth);

describe('what is whole is read', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['{}', {}],
    [' [ true , "" , null ] ', [true, '', null]],
    ['["a","a"]', ['a', 'a']],
    ['{"a":"a","b":"a"}', { a: 'a', b: 'a' }],
    ['{"a":{"a":{"a":"a"}}}', { a: { a: { a: 'a' } } }],
    ['[{"a":null},{"a":null}]', [{ a: null }, { a: null }]],
    ['{"x":{"a":null},"a":null}', { x: { a: null }, a: null }],
    ['{"a":"","A":"","aa":"","":""}', { a: '', A: '', aa: '', '': '' }],
    [String.raw`{"a":"\"a\":","b":"\\"}`, { a: '"a":', b: '\\' }],
    [String.raw`["\"","[{","\\","a",{"a":"\n\u00e9 日"}]`, ['"', '[{', '\\', 'a', { a: '\né 日' }]],
    [JSON.stringify(['['.repeat(40), '{'.repeat(40), ']}']), ['['.repeat(40), '{'.repeat(40), ']}']],
    [JSON.stringify({ ['[{'.repeat(40)]: `"${'['.repeat(40)}` }), { ['[{'.repeat(40)]: `"${'['.repeat(40)}` }],
  ])('%s', (text, read) => {
    expect(parse(text)).toStrictEqual(read);
  });

  test('lists and objects in each other, 32 deep and no deeper', () => {
    for (const [open, close, depth] of [
      ['[', ']', 1],
      ['{"a":', '}', 1],
      ['{"a":[', ']}', 2],
    ] as const) {
      const [deepest, tooDeep] = [32, 32 + depth].map((all) =>
        nested(open, all / depth, close).replace(/:}|\[]/, (end) => (end === ':}' ? ':null}' : end)),
      );
      expect(parse(deepest ?? '')).toBeDefined();
      expect(parse(tooDeep ?? '')).toBeUndefined();
    }
  });

  test('what is closed again is no depth', () => {
    const many = Array.from({ length: 40 }, (_, at) => ({ [`m${at}`]: [[{}]] }));
    expect(parse(JSON.stringify(many))).toStrictEqual(many);
  });
});

describe('a member that is there twice', () => {
  test.each([
    '{"a":null,"a":null}',
    '{"amount":1,"amount":1}',
    '{"amount":1,"amount":2}',
    '{"":1,"":1}',
    '{"a" :1,"a" :1}',
    '{"a"  :1,"a"\t\r\n:1}',
    '{ "a" : 1 , "b" : 2 , "a" : 1 }',
    '{"a":[],"b":1,"b":1}',
    '{"a":[1],"a":[1]}',
    '{"a":{},"a":{}}',
    '{"a":{"b":1},"c":{"d":[]},"a":{"b":1}}',
    '[{"a":[{"b":1,"b":1}]}]',
    '{"x":{"y":{"a":1,"a":1}}}',
    String.raw`{"a":1,"\u0061":1}`,
    String.raw`{"a\"b":1,"a\"b":1}`,
    String.raw`{"\\":1,"\\":1}`,
    '{"é":1,"é":1}',
    '{"__proto__":{},"__proto__":{}}',
  ])('%s', (text) => {
    expect(parse(text)).toBeUndefined();
  });
});

describe('what is no JSON', () => {
  test.each(['', ' ', '{', '[', '}', '"a', '"a":1', '{"a"}', "{'a':1}", '{"a":1,}', '{}{}', '//\n{}', '{"a":"\n"}'])(
    '%j',
    (text) => {
      expect(parse(text)).toBeUndefined();
    },
  );

  test.each([
    ['a byte order mark', Buffer.from('\uFEFF{}')],
    ['a byte that no text has', Buffer.from([0x22, 0xff, 0x22])],
    ['half a character', Buffer.from([0x22, 0xe2, 0x82, 0x22])],
    ['half a pair', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
  ])('%s', (_, bytes) => {
    expect(parseStrictJson(bytes)).toBeUndefined();
  });

  test('a long string without an end, which a reader that goes back would take for ever', () => {
    expect(parse('\\"'.repeat(1_000_000))).toBeUndefined();
  });
});
