import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLSchema,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';
import { Directive } from 'type-graphql';
import { hasAnyScope, READ_SCOPES, type Scope } from '../auth/caller.ts';
import type { RequestContext } from '../server/request-context.ts';
import { forbidden, unauthenticated } from './errors.ts';

/**
 * The SDL declares who may ask for a field (`@authenticated`, `@requiresScopes`), so that gateways can refuse early; the
 * subgraph enforces the very same declarations itself, for whoever comes past the gateway.
 */
function requires(scopes: readonly Scope[]): MethodDecorator {
  const anyOf = scopes.map((scope) => `["${scope}"]`).join(', ');
  return (target, key, descriptor) => {
    Directive('@authenticated')(target, key, descriptor);
    Directive(`@requiresScopes(scopes: [${anyOf}])`)(target, key, descriptor);
  };
}

/** Buyers and support: topup:read, topup:write or topup:support. */
export const RequiresRead = () => requires(READ_SCOPES);
export const RequiresWrite = () => requires(['topup:write']);
export const RequiresSupport = () => requires(['topup:support']);

/** Wraps exactly the fields that carry the directives: the others cost nothing. */
export function enforceAccessDirectives(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (anyOfScopes(field) === undefined) continue;
      const assertAllowed = accessRuleOf(field);
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: RequestContext, info) => {
        assertAllowed(context);
        return resolve(source, args, context, info);
      };
    }
  }
  return schema;
}

/** What its directives ask of a caller: throws where that is not there. */
export function accessRuleOf(field: Field): (request: RequestContext) => void {
  const anyOf = anyOfScopes(field);
  return (request) => {
    if (anyOf !== undefined) assertAllowed(request, anyOf);
  };
}

type Field = Pick<GraphQLField<unknown, RequestContext>, 'astNode'>;

/** undefined where everybody may ask for it; empty where any good token will do. */
function anyOfScopes({ astNode }: Field): string[][] | undefined {
  const directives = astNode?.directives ?? [];
  const authenticated = directives.some((directive) => directive.name.value === 'authenticated');
  const scopes = directives.find((directive) => directive.name.value === 'requiresScopes')?.arguments?.[0];
  if (scopes !== undefined) return valueFromASTUntyped(scopes.value) as string[][];
  return authenticated ? [] : undefined;
}

function assertAllowed({ caller }: RequestContext, anyOf: readonly string[][]): void {
  if (caller === undefined) throw unauthenticated();
  if (anyOf.length === 0) return;
  if (anyOf.some((allOf) => allOf.every((scope) => hasAnyScope(caller, [scope])))) return;
  throw forbidden(`This needs the scope ${anyOf.map((allOf) => allOf.join(' and ')).join(' or ')}.`);
}
