import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';
import { shapeOf } from './document-shape.ts';
import { describeExcess, type Excess, firstOver } from './excess.ts';
import { DOCUMENT_LIMITS } from './limits.ts';

/**
 * A validation rule that refuses a document that is too large, before the other rules spend quadratic time on it. graphql-js
 * visits the document node first, and `null` removes it from the visit of every rule. Apollo then answers 400 with this one error.
 */
export function documentLimitsRule(context: ValidationContext): ASTVisitor {
  return {
    Document(node) {
      const refusal = refusalOf(node);
      if (refusal === undefined) return undefined;
      const { message, ...excess } = refusal;
      context.reportError(new GraphQLError(message, { extensions: excess }));
      return null;
    },
  };
}

type Document = ReturnType<ValidationContext['getDocument']>;

/** Describes the first limit that the document exceeds; undefined if it exceeds none. */
export function refusalOf(document: Document): ({ message: string } & Partial<Excess>) | undefined {
  const shape = shapeOf(document);
  if (shape.isCyclic) return { message: 'A fragment contains itself.' };
  const counts: Record<keyof typeof DOCUMENT_LIMITS, number> = {
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
  const excess = firstOver(counts, DOCUMENT_LIMITS);
  return excess && { message: describeExcess(excess), ...excess };
}
