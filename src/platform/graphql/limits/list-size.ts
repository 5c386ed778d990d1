import { type ConstDirectiveNode, type FieldNode, type GraphQLField, valueFromASTUntyped } from 'graphql';
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

/** What `@listSize` says of a field. */
export interface DeclaredSize {
  assumedSize?: number;
  slicingArguments: readonly string[];
  /** Lists in what the field answers that are as long; none where the field is itself the list. */
  sizedFields: readonly string[];
}

type Declares = { readonly directives?: readonly ConstDirectiveNode[] } | null | undefined;

export function declaredSizeOf({ astNode }: Pick<GraphQLField<unknown, unknown>, 'astNode'>): DeclaredSize | undefined {
  return readOnce(sizes, astNode, (node) => {
    const declared = declaredBy(node, 'listSize');
    return declared && { slicingArguments: [], sizedFields: [], ...declared };
  });
}

/** `@cost(weight:)` of a field or a type. */
export function declaredWeightOf(node: Declares): number | undefined {
  return readOnce(weights, node, (each) => declaredBy(each, 'cost')?.['weight'] as number | undefined);
}

/** What the schema declares does not change, and is read for every field of every operation. */
const sizes = new WeakMap<object, DeclaredSize | undefined>();
const weights = new WeakMap<object, number | undefined>();

function readOnce<T>(known: WeakMap<object, T | undefined>, node: Declares, read: (node: Declares) => T | undefined) {
  if (!node) return undefined;
  if (!known.has(node)) known.set(node, read(node));
  return known.get(node);
}

function declaredBy(node: Declares, name: string): Record<string, unknown> | undefined {
  const directive = node?.directives?.find((each) => each.name.value === name);
  return (
    directive &&
    Object.fromEntries((directive.arguments ?? []).map((each) => [each.name.value, valueFromASTUntyped(each.value)]))
  );
}

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
  declared: DeclaredSize | undefined,
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): number | undefined {
  const sizes = (declared?.slicingArguments ?? [])
    .map((name) => argumentOf(node, name, variables))
    .filter((size): size is number => typeof size === 'number' && size > 0);
  return sizes.length === 0 ? undefined : Math.min(Math.max(...sizes), LONGEST_PAGE);
}
