import { GraphQLError } from 'graphql';

/** A verified token's bearer. */
export interface Caller {
  readonly subject: string;
  readonly organizationId: string | undefined;
  readonly scopes: ReadonlySet<string>;
}

/** GraphQL's context value: one object per HTTP request. */
export interface RequestContext {
  readonly caller: Caller | undefined;
  readonly correlationId: string;
}

/** State that lives as long as one request, such as its loaders. As at 7376654. */
export function perRequest<T>(create: (request: RequestContext) => T): (request: RequestContext) => T {
  const own = Symbol(create.name);
  return (request: RequestContext & { [own]?: T }) => {
    request[own] ??= create(request);
    return request[own];
  };
}

/** The same for values by key: each key's value is made once per request. */
export function perRequestAndKey<T>(
  create: (request: RequestContext, key: string) => T,
): (request: RequestContext, key: string) => T {
  const values = perRequest(() => new Map<string, T>());
  return (request, key) => {
    const known = values(request);
    const existing = known.get(key);
    if (existing !== undefined) return existing;
    const value = create(request, key);
    known.set(key, value);
    return value;
  };
}

const READ_SCOPES = ['topup:read', 'topup:write', 'topup:support'];

const refusal = (code: string, message: string) => new GraphQLError(message, { extensions: { code } });

export const badUserInput = (message: string) => refusal('BAD_USER_INPUT', message);
export const forbidden = (message: string) => refusal('FORBIDDEN', message);

export const canReadAnything = ({ scopes }: Caller) => READ_SCOPES.some((scope) => scopes.has(scope));

export function requireCaller(request: RequestContext): Caller {
  if (request.caller === undefined) throw refusal('UNAUTHENTICATED', 'This needs a token.');
  return request.caller;
}

export function canRead(caller: Caller, organizationId: string): boolean {
  if (!canReadAnything(caller) || !/^\P{Cc}{1,64}$/u.test(organizationId)) return false;
  return caller.organizationId === organizationId || caller.scopes.has('topup:support');
}

/** The caller's own where none is named. Throws FORBIDDEN. */
export function organizationToRead(request: RequestContext, requested: string | undefined): string {
  const caller = requireCaller(request);
  const organizationId = requested ?? caller.organizationId;
  if (organizationId === undefined) throw badUserInput('organizationId is required.');
  if (!canRead(caller, organizationId)) throw forbidden('The token does not belong to this organization.');
  return organizationId;
}
