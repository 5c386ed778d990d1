import { SignJWT } from 'jose';
import { realClock } from '../clock.ts';
import { type HttpNeighbour, type RunningNeighbour, startHttpNeighbour } from '../server/http-neighbour.ts';
import { json } from '../server/reply.ts';
import { inShape, jsonBody, type Route } from '../server/route.ts';
import type { Setup } from '../setup.ts';
import { integer, object, oneOf, optional, text } from '../shape.ts';
import { type ReadyToken, readyTokens, tokensPage } from './ready-tokens.ts';
import { type Algorithm, createSigningKeys } from './signing-keys.ts';

/** The claims that the product reads. Defaults: an admin of organization 1001, for an hour. */
export interface TokenClaims {
  sub?: string | undefined;
  organization_id?: string | undefined;
  /** Separated by spaces: topup:read, topup:write, topup:support. */
  scope?: string | undefined;
  /** Seconds. A negative number gives an expired token. */
  expires_in?: number | undefined;
  alg?: Algorithm | undefined;
}

/** Claims of a hostile or careless issuer, for tests in process only. */
export interface TokenOptions extends TokenClaims {
  issuer?: string | undefined;
  audience?: string | undefined;
  /** Further claims; null removes one. */
  claims?: Record<string, unknown>;
}

export interface Auth extends HttpNeighbour {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  token(options?: TokenOptions): Promise<string>;
  /** Sample tokens: admin, viewer and agent of the sample organizations, and support. */
  readyTokens(): Promise<ReadyToken[]>;
  /** Adds a key that signs from now on, and returns its kid. Older ones stay in the JWKS unless `retireOld`. */
  rotate(options?: { alg?: Algorithm; retireOld?: boolean }): Promise<string>;
}

const AUDIENCE = 'self-topup';
const DAY_SECONDS = 86_400;

const claimsShape = object<TokenClaims>({
  sub: optional(text),
  organization_id: optional(text),
  scope: optional((value, field, faults) => {
    if (typeof value !== 'string') faults.push({ field, message: 'must be a string, scopes separated by spaces' });
    return value as string;
  }),
  expires_in: optional(integer(-DAY_SECONDS, 365 * DAY_SECONDS)),
  alg: optional(oneOf('ES256', 'RS256', 'EdDSA')),
});

export async function startAuth(setup: Setup, port: number): Promise<RunningNeighbour & { handle: Auth }> {
  const keys = createSigningKeys();
  let issuer = '';

  async function token(options: TokenOptions = {}): Promise<string> {
    const { organization_id = '1001', scope = 'topup:read topup:write', expires_in = 3600, alg = 'ES256' } = options;
    const key = await keys.current(alg);
    // The product verifies tokens by the real time, wherever a test has moved its clock.
    const now = Math.floor(realClock().getTime() / 1000);
    const payload: Record<string, unknown> = {
      iss: options.issuer ?? issuer,
      aud: options.audience ?? AUDIENCE,
      sub: options.sub ?? `admin-${organization_id}`,
      iat: Math.min(now, now + expires_in),
      exp: now + expires_in,
      organization_id,
      scope,
      ...options.claims,
    };
    const claims = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== null));
    return new SignJWT(claims).setProtectedHeader({ alg, kid: key.kid, typ: 'JWT' }).sign(key.privateKey);
  }

  const api: Route[] = [
    {
      method: 'GET',
      path: '/.well-known/jwks.json',
      handle: async () => json(200, { keys: await keys.publicJwks() }, { 'cache-control': 'no-cache' }),
    },
  ];
  const pages: Route[] = [
    { method: 'GET', path: '/', handle: async () => tokensPage(await readyTokens(token)) },
    {
      method: 'POST',
      path: '/token',
      async handle(call) {
        const claims = inShape(claimsShape, jsonBody(call) ?? {});
        const access_token = await token(claims);
        return json(200, { access_token, token_type: 'Bearer', expires_in: claims.expires_in ?? 3600 });
      },
    },
  ];
  async function rotate({
    alg = 'ES256',
    retireOld = false,
  }: {
    alg?: Algorithm;
    retireOld?: boolean;
  } = {}): Promise<string> {
    return (await keys.rotate(alg, retireOld)).kid;
  }
  const switches: Route[] = [
    { method: 'POST', path: '/_sandbox/rotate', handle: async () => json(200, { data: { kid: await rotate() } }) },
  ];

  const server = await startHttpNeighbour({ ...setup, port, api, pages, switches });
  issuer = server.handle.url;
  const jwksUrl = `${issuer}/.well-known/jwks.json`;
  return {
    ...server,
    handle: {
      ...server.handle,
      issuer,
      audience: AUDIENCE,
      jwksUrl,
      token,
      readyTokens: () => readyTokens(token),
      rotate,
    },
  };
}
