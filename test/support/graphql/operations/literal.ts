import { GraphQLID, type GraphQLInputType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import type { Random } from '../../tools/random.ts';
import { ODD_TEXTS } from './style.ts';

/** The variable that replaces a value within a literal; undefined when the value itself is written. */
type Replace = (type: GraphQLInputType, value: unknown) => string | undefined;

/** undefined for a value that only a variable can hold: GraphQL's text has no lone surrogate. */
export function literalOf(
  type: GraphQLInputType,
  value: unknown,
  random: Random,
  replace: Replace = () => undefined,
): string | undefined {
  if (value === null) return 'null';
  if (isNonNullType(type)) return literalOf(type.ofType, value, random, replace);
  if (isListType(type)) {
    const items = (value as unknown[]).map(
      (item) => replace(type.ofType, item) ?? literalOf(type.ofType, item, random, replace),
    );
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
  }
  if (isEnumType(type)) return String(value);
  if (isInputObjectType(type)) {
    const fields = type.getFields();
    const given = Object.entries(value as object).flatMap(([name, inner]) => {
      const field = fields[name];
      if (field === undefined) return [];
      return [[name, replace(field.type, inner) ?? literalOf(field.type, inner, random, replace)] as const];
    });
    if (given.some(([, literal]) => literal === undefined)) return undefined;
    return `{ ${given.map(([name, literal]) => `${name}: ${literal}`).join(', ')} }`;
  }
  if (type.name === '_Any') return anyLiteral(value, random, replace);
  return textLiteral(value);
}

const textLiteral = (value: unknown) =>
  typeof value === 'string' && !value.isWellFormed() ? undefined : JSON.stringify(value);

/**
 * A text may be written as a name, which is an enum value to GraphQL; sometimes one that a compiler of documents reads
 * as code.
 */
function anyLiteral(value: unknown, random: Random, replace: Replace): string | undefined {
  if (Array.isArray(value)) {
    const items = value.map((item) => anyLiteral(item, random, replace));
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, inner]) => {
      const variable = name === 'id' && typeof inner === 'string' ? replace(GraphQLID, inner) : undefined;
      return [name, variable ?? anyLiteral(inner, random, replace)] as const;
    });
    if (members.some(([, literal]) => literal === undefined)) return undefined;
    return `{ ${members.map(([name, literal]) => `${name}: ${literal}`).join(', ')} }`;
  }
  if (typeof value !== 'string') return textLiteral(value);
  const text = random.below(6) === 0 && !/^[A-Z]/.test(value) ? random.oneOf(ODD_TEXTS) : value;
  return /^[A-Za-z_]\w*$/.test(text) && random.below(2) === 0 ? text : textLiteral(text);
}
