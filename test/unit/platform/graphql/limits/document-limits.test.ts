import { buildSchema, type DocumentNode, parse, specifiedRules, validate } from 'graphql';
import { expect, test } from 'vitest';
import { documentLimitsRule } from '../../../../../src/platform/graphql/limits/document-limits.ts';

const schema = buildSchema('type Query { a: Query b: ID }');
const messagesOf = (document: DocumentNode) =>
  validate(schema, document, [...specifiedRules, documentLimitsRule], { hideSuggestions: true }).map(
    ({ message }) => message,
  );

test('a document over a limit gets this one error: no rule examines its parts', () => {
  const nonsense = 'nonsense(x: $y) @no { a(b: 1) { ...Gone } b }';
  expect(messagesOf(parse(`{ ${nonsense.repeat(3)} }`)).length).toBeGreaterThan(5);
  expect(messagesOf(parse(`{ ${nonsense.repeat(3)} ${'... { '.repeat(15)} b ${'} '.repeat(15)} }`))).toEqual([
    'depth 16 is more than 15.',
  ]);
});

test('a document within the limits is validated as usual', () => {
  expect(messagesOf(parse('{ a { b } }'))).toEqual([]);
  expect(messagesOf(parse('{ a { c } }'))).toEqual(['Cannot query field "c" on type "Query".']);
});
