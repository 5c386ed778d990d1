import { type GraphQLOutputType, getNamedType, isObjectType, isRequiredArgument } from 'graphql';

/** Types that a payload shows in full once, and by id inside another of them. */
const SUBJECTS = ['Organization', 'TopupOrder'];
const INSIDE = [...SUBJECTS, 'TopupOption', 'ExcessUsage', 'TopupUserError'];

/** A selection of every field that needs no argument, so that a new field reaches the fixtures by itself. */
export function fullSelection(type: GraphQLOutputType, above: readonly string[] = []): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return '';
  if (SUBJECTS.includes(named.name) && above.some((name) => INSIDE.includes(name))) return ' { id }';
  const fields = Object.values(named.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
  return ` { ${fields.map((field) => field.name + fullSelection(field.type, [...above, named.name])).join(' ')} }`;
}
