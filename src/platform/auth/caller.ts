export type Scope = 'topup:read' | 'topup:write' | 'topup:approve' | 'topup:support';

/** The bearer of a verified token (contracts.md 2). */
export interface Caller {
  readonly subject: string;
  /** For people; undefined if the token has none. */
  readonly name?: string | undefined;
  /** undefined only for a support caller without an organization. */
  readonly organizationId: string | undefined;
  readonly scopes: ReadonlySet<string>;
}

/** Each of these lets a caller read the data of its organization. */
export const READ_SCOPES: readonly Scope[] = ['topup:read', 'topup:write', 'topup:support'];

export function hasAnyScope(caller: Caller, scopes: readonly string[]): boolean {
  return scopes.some((scope) => caller.scopes.has(scope));
}
