import { type FieldNode, valueFromASTUntyped } from 'graphql';
import { Directive } from 'type-graphql';
import { LONGEST_PAGE } from './limits.ts';

/** Declares in the SDL the length that routers and our own cost limit assume for a list. */
export const ListSize = (assumedSize: number) => Directive(`@listSize(assumedSize: ${assumedSize})`);

/**
 * Declares the same for a connection: `first` gives the length of its `edges`, and its default the length where a query leaves it
 * out. Routers read the default too. Cosmo refuses `assumedSize` beside an argument with a default, because it would never apply.
 */
export const PageSize = () =>
  Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)');

/** Declares the weight of a field. The default is 1 for an object and 0 for a scalar. */
export const Cost = (weight: number) => Directive(`@cost(weight: ${weight})`);

/** Returns the literal or the variable's value; undefined if the argument is absent. */
export function argumentOf(node: FieldNode, name: string, variables: Readonly<Record<string, unknown>>): unknown {
  const argument = node.arguments?.find((each) => each.name.value === name);
  return argument && valueFromASTUntyped(argument.value, variables);
}

/**
 * Returns the largest of a field's slicing arguments; undefined if none gives a size. Ignores a value that is not a number:
 * coercion refuses it later, and a conversion here could throw (`{"toString": 1}`).
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
