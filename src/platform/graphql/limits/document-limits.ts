import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';
import { shapeOf } from './document-shape.ts';
import { DOCUMENT_LIMITS } from './limits.ts';

/**
 * A validation rule that checks the whole document before any other rule sees a part of it, because validating can itself take
 * quadratic time. graphql-js calls it with the document first. Its null removes the document from the visit, which ends the visit
 * for every rule. So a document that is too large has this one error, and Apollo answers 400 as for any document that is not valid.
 * Apollo's document store caches a document that passed, and does not validate it again.
 */
export function documentLimitsRule(context: ValidationContext): ASTVisitor {
  return {
    Document(node) {
      const refusal = refusalOf(node);
      if (refusal === undefined) return undefined;
      context.reportError(new GraphQLError(refusal));
      return null;
    },
  };
}

type Document = ReturnType<ValidationContext['getDocument']>;

/** Says which limit the document exceeds; undefined if none. */
export function refusalOf(document: Document): string | undefined {
  const shape = shapeOf(document);
  if (shape.isCyclic) return 'A fragment contains itself.';
  const found: Record<keyof typeof DOCUMENT_LIMITS, number> = {
    operations: shape.operations,
    fragments: shape.fragments,
    depth: shape.depth,
    fields: shape.fields,
    aliases: shape.aliases,
    'fields of one name': shape.fieldsOfOneName,
    'root fields': shape.rootFields,
    'mutation fields': shape.mutationFields,
    directives: shape.directives,
    'directives at one place': shape.directivesAtOnePlace,
    variables: shape.variables,
    'nesting of values': shape.valueNesting,
    'length of a name': shape.nameLength,
  };
  return firstOver(found, DOCUMENT_LIMITS);
}

/** "depth 31 is more than 15.", for the first count above its limit. */
export function firstOver<K extends string>(
  found: Record<K, number>,
  limits: Readonly<Record<NoInfer<K>, number>>,
): string | undefined {
  for (const [name, value] of Object.entries<number>(found)) {
    const limit = limits[name as K];
    if (value > limit) return `${name} ${value} is more than ${limit}.`;
  }
  return undefined;
}
