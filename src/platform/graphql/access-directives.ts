import { type GraphQLError, type GraphQLField, type GraphQLFieldResolver, valueFromASTUntyped } from 'graphql';
import { Directive } from 'type-graphql';
import { type Caller, READ_SCOPES, type Scope } from '../auth/caller.ts';
import type { RequestContext } from '../server/request-context.ts';
import { forbidden, unauthenticated } from './errors.ts';

/**
 * Declares the scopes of a field in the SDL (`@authenticated`, `@requiresScopes`), so that a gateway can refuse early. The
 * subgraph enforces the same declarations (decorate-schema.ts), because a caller may reach it without the gateway.
 */
function requires(scopes: readonly Scope[]): MethodDecorator {
  const anyOf = scopes.map((scope) => `["${scope}"]`).join(', ');
  return (target, key, descriptor) => {
    Directive('@authenticated')(target, key, descriptor);
    Directive(`@requiresScopes(scopes: [${anyOf}])`)(target, key, descriptor);
  };
}

/** Lets buyers and support pass: topup:read, topup:write or topup:support. */
export const RequiresRead = () => requires(READ_SCOPES);
export const RequiresWrite = () => requires(['topup:write']);
export const RequiresApprove = () => requires(['topup:approve']);

/** The tag of everything that is for support alone, so that a contract of the supergraph can leave it out. */
export const ForSupport = () => Directive('@tag(name: "support")');

export function RequiresSupport(): MethodDecorator {
  return (target, key, descriptor) => {
    requires(['topup:support'])(target, key, descriptor);
    ForSupport()(target, key, descriptor);
  };
}

/** Returns the error that refuses the caller of a field; undefined lets the caller pass. */
export type AccessRule = (request: RequestContext) => GraphQLError | undefined;

/** Returns the rule that a field's directives declare; undefined for a field that is open to everybody. */
export function accessRuleOf({ astNode }: Pick<GraphQLField<unknown, unknown>, 'astNode'>): AccessRule | undefined {
  const directives = astNode?.directives ?? [];
  const scopes = directives.find((directive) => directive.name.value === 'requiresScopes')?.arguments?.[0];
  if (scopes !== undefined) {
    const anyOf = valueFromASTUntyped(scopes.value) as string[][];
    return ({ caller }) => refusalOf(caller, anyOf);
  }
  const isAuthenticated = directives.some((directive) => directive.name.value === 'authenticated');
  return isAuthenticated ? ({ caller }) => refusalOf(caller, []) : undefined;
}

/** Calls the resolver if the rule lets the caller pass, and throws the rule's error otherwise. */
export function requireAccess(
  resolve: GraphQLFieldResolver<unknown, RequestContext>,
  rule: AccessRule,
): GraphQLFieldResolver<unknown, RequestContext> {
  return (source, args, request, info) => {
    const refusal = rule(request);
    if (refusal !== undefined) throw refusal;
    return resolve(source, args, request, info);
  };
}

/** The caller needs every scope of at least one list. Without lists, any valid token passes. */
function refusalOf(caller: Caller | undefined, anyOf: readonly string[][]): GraphQLError | undefined {
  if (caller === undefined) return unauthenticated();
  const isAllowed = anyOf.length === 0 || anyOf.some((allOf) => allOf.every((scope) => caller.scopes.has(scope)));
  if (isAllowed) return undefined;
  return forbidden(`This needs the scope ${anyOf.map((allOf) => allOf.join(' and ')).join(' or ')}.`);
}
