import { type FieldNode, valueFromASTUntyped } from 'graphql';
import { Directive } from 'type-graphql';
import { LONGEST_PAGE } from './limits.ts';

/** Says in the SDL, to routers and to our own limit, how many elements a list is taken to have. */
export const ListSize = (assumedSize: number) => Directive(`@listSize(assumedSize: ${assumedSize})`);

/** The same for a connection, whose `edges` are as many as `first`. */
export const PageSize = (assumedSize: number) =>
  Directive(
    `@listSize(assumedSize: ${assumedSize}, slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)`,
  );

/** Says that reading a field is more work than its type suggests: objects weigh 1, scalars nothing. */
export const Cost = (weight: number) => Directive(`@cost(weight: ${weight})`);

/** The literal, or the value of the variable; undefined if nothing is given. */
export function argumentOf(node: FieldNode, name: string, variables: Readonly<Record<string, unknown>>): unknown {
  const argument = node.arguments?.find((each) => each.name.value === name);
  return argument && valueFromASTUntyped(argument.value, variables);
}

/**
 * The largest of a field's slicing arguments; undefined if none gives a size. A value that is not a number is ignored: it fails when
 * it is coerced, and converting it here could itself throw (`{"toString": 1}`).
 */
export function sizeAskedFor(
  slicingArguments: readonly string[],
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): number | undefined {
  const sizes = slicingArguments
    .map((name) => argumentOf(node, name, variables))
    .filter((size): size is number => typeof size === 'number' && size > 0);
  return sizes.length === 0 ? undefined : Math.min(Math.max(...sizes), LONGEST_PAGE);
}
