import { type FieldNode, valueFromASTUntyped } from 'graphql';
import { Directive } from 'type-graphql';
import { LONGEST_PAGE } from './limits.ts';

/** Says in the SDL, to routers and to our own limit, how many elements a list is taken to have. */
export const ListSize = (assumedSize: number) => Directive(`@listSize(assumedSize: ${assumedSize})`);

/** The same of a connection: its `edges` are as many as `first`. */
export const PageSize = (assumedSize: number) =>
  Directive(
    `@listSize(assumedSize: ${assumedSize}, slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)`,
  );

/** Says that reading this is more work than its type tells: objects weigh 1, scalars nothing. */
export const Cost = (weight: number) => Directive(`@cost(weight: ${weight})`);

/** A literal, or what the variable holds; undefined where nothing is given. */
export function argumentOf(node: FieldNode, name: string, variables: Readonly<Record<string, unknown>>): unknown {
  const argument = node.arguments?.find((each) => each.name.value === name);
  return argument && valueFromASTUntyped(argument.value, variables);
}

/**
 * The largest of a field's slicing arguments; undefined where none says a size. What is no number is nothing here, and fails when it
 * is coerced: to make one of it could itself fail (`{"toString": 1}`).
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
