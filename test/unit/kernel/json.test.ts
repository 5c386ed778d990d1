import { describe, expect, test } from 'vitest';
import { parseJson, parseStrictJson, repeatedMember, WrittenNumber } from '../../../src/kernel/json.ts';

const parse = (text: string) => parseStrictJson(Buffer.from(text));

describe('numbers', () => {
  test.each<[string, bigint | WrittenNumber]>([
    ['0', 0n],
    ['7', 7n],
    ['10', 10n],
    ['1000000', 1_000_000n],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['9999999999999999', 9_999_999_999_999_999n],
    ['10000000000000000', new WrittenNumber('10000000000000000')],
    ['-0', new WrittenNumber('-0')],
    ['-5', new WrittenNumber('-5')],
    ['1.0', new WrittenNumber('1.0')],
    ['0.5', new WrittenNumber('0.5')],
    ['1e6', new WrittenNumber('1e6')],
    ['1E6', new WrittenNumber('1E6')],
    ['10e-1', new WrittenNumber('10e-1')],
  ])('%s is read', (written, read) => {
    expect(parse(`{"amount":${written}}`)).toStrictEqual({ amount: read });
  });

  test.each(['01', '+1', '.5', '1.', '1n', '0x1', 'NaN', 'Infinity', '١'])('%s is refused', (written) => {
    expect(parse(`{"amount":${written}}`)).toBeUndefined();
  });
});

const nested = (open: string, depth: number, close: string) => open.repeat(depth) + close.repeat(depth);

describe('valid JSON is read', () => {
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
  ])('as written: %s', (text, read) => {
    expect(parse(text)).toStrictEqual(read);
  });

  test('to a depth of 32 lists and objects, and no deeper', () => {
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

  test('with a depth that closed brackets do not count to', () => {
    const many = Array.from({ length: 40 }, (_, at) => ({ [`m${at}`]: [[{}]] }));
    expect(parse(JSON.stringify(many))).toStrictEqual(many);
  });
});

describe('a repeated member is refused', () => {
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
  ])('in %s', (text) => {
    expect(parse(text)).toBeUndefined();
  });
});

describe('the place of a repeated member', () => {
  test.each<[string, string, number]>([
    ['{"a":1,"a":1}', 'a', 7],
    ['[{"code":"x"},{"code":"y","label":"1","label":"2"}]', 'label', 38],
    [String.raw`{"a":1,"\u0061":1}`, 'a', 7],
    [`${'['.repeat(100)}{"b":[],"b":1}${']'.repeat(100)}`, 'b', 108],
  ])('in %s', (text, name, offset) => {
    expect(repeatedMember(text)).toEqual({ name, offset });
  });

  test.each(['[]', '{"a":{"a":{"a":1}}}', '[{"a":1},{"a":1}]', '{"a":"\\"a\\":1","b":"a"}'])(
    'is none in %s',
    (text) => {
      expect(repeatedMember(text)).toBeUndefined();
    },
  );
});

describe('invalid JSON is refused', () => {
  test.each(['', ' ', '{', '[', '}', '"a', '"a":1', '{"a"}', "{'a':1}", '{"a":1,}', '{}{}', '//\n{}', '{"a":"\n"}'])(
    'as text: %j',
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
  ])('as bytes: %s', (_, bytes) => {
    expect(parseStrictJson(bytes)).toBeUndefined();
  });

  test('even a long string without an end, which would take a backtracking reader for ever', () => {
    expect(parse('\\"'.repeat(1_000_000))).toBeUndefined();
  });
});

describe('JSON of neighbours and files', () => {
  test.each<[string, unknown]>([
    ['0', 0],
    ['-0', -0],
    ['-5', -5],
    ['1000000', 1_000_000],
    ['1000000.0', 1_000_000],
    ['1e6', 1_000_000],
    ['0.5', 0.5],
    ['0.10', 0.1],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', Number.MIN_SAFE_INTEGER],
  ])('%s is exactly this number', (written, read) => {
    expect(parseJson(`{"amount":${written}}`)).toStrictEqual({ amount: read });
  });

  test.each<[string, bigint]>([
    ['9007199254740992', 9_007_199_254_740_992n],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['-9007199254740993', -9_007_199_254_740_993n],
    ['1'.repeat(40), 1_111_111_111_111_111_111_111_111_111_111_111_111_111n],
  ])('%s, which JSON.parse may round, keeps every digit', (written, read) => {
    expect(parseJson(written)).toBe(read);
  });

  test.each([
    '1000000.00000000001',
    '9007199254740993.0',
    '9.007199254740993e15',
    '-0.12345678901234567890',
    '1e400',
    '1'.repeat(41),
  ])('%s, which a float would change, keeps its text', (written) => {
    expect(parseJson(`[${written}]`)).toStrictEqual([new WrittenNumber(written)]);
  });

  test('the rest equals JSON.parse, a repeated member included', () => {
    const text = ' {"a":[true,false,null,"\\u00e9\\n"],"b":{},"b":{"c":1},"__proto__":{"d":""}} ';
    expect(parseJson(text)).toStrictEqual(JSON.parse(text));
  });

  test.each(['', '{', '{"a":01}', '{"a":1,}', 'NaN', "{'a':1}", '[1] 2'])('%j is no JSON', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});
