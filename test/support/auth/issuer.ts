import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compact, type Signer } from './jwt.ts';

export interface TestIssuer {
  url: string;
  /** The number of requests for its keys. */
  asked: number;
  /** Sets its answer from now on: a set of keys, or anything else. */
  serve(keys: readonly unknown[]): void;
  answerWith(answer: (response: ServerResponse) => void): void;
  /** A valid token for organization 1001 with these changes; undefined removes a claim. */
  token(signer: Signer, claims?: Record<string, unknown>, header?: Record<string, unknown>): string;
  claims(more?: Record<string, unknown>): Record<string, unknown>;
  environment: Record<string, string>;
  stop(): Promise<void>;
}

const ISSUER = 'https://issuer.example.test';
const AUDIENCE = 'self-topup-test';

export const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

/** An issuer under the test's control: it may serve any keys, or answer as no issuer should. */
export async function startIssuer(): Promise<TestIssuer> {
  let answer = (response: ServerResponse): void => {
    response.writeHead(404).end();
  };
  const server = createServer((_request, response) => {
    issuer.asked += 1;
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  const claims = (more: Record<string, unknown> = {}) => ({
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'admin-1001',
    organization_id: '1001',
    scope: 'topup:read',
    iat: inSeconds(0),
    exp: inSeconds(3600),
    ...more,
  });
  const issuer: TestIssuer = {
    url,
    asked: 0,
    serve(keys) {
      answer = (response) => {
        response.setHeader('content-type', 'application/jwk-set+json');
        response.end(JSON.stringify({ keys }));
      };
    },
    answerWith(other) {
      answer = other;
    },
    claims,
    token: (signer, more, header) =>
      compact({ alg: signer.alg, kid: signer.kid, typ: 'JWT', ...header }, claims(more), signer.sign),
    environment: { AUTH_JWKS_URL: url, AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE },
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
  return issuer;
}
