import { describe, test } from 'vitest';
import { startApp, type TestApp } from '../app/app.ts';
import { expectRefused, expectTaken } from './doors.ts';
import { startIssuer, type TestIssuer } from './issuer.ts';
import { compact, createSigner, type Sign, type Signer } from './jwt.ts';

/** The issuer's keys: one for each type of signature, and a second RSA key. */
export const rsa = createSigner('RS256', 'rsa-1', '2048', { use: 'sig', alg: 'RS256' });
export const rsa2 = createSigner('RS256', 'rsa-2', '2048');
export const ec = createSigner('ES256', 'ec-1', 'P-256', { alg: 'ES256', key_ops: ['verify'] });
export const ed = createSigner('EdDSA', 'ed-1', 'Ed25519', { use: 'sig' });
/** A stranger's keys under the issuer's names. */
export const strangeRsa = createSigner('RS256', 'rsa-1', '2048');
export const strangeEc = createSigner('ES256', 'ec-1', 'P-256');
export const strangeEd = createSigner('EdDSA', 'ed-1', 'Ed25519');

export interface Guarded {
  app: TestApp;
  issuer: TestIssuer;
  stop(): Promise<void>;
}

/** Starts the server behind an issuer whose keys the test holds. */
export async function startGuarded(moreKeys: readonly unknown[] = []): Promise<Guarded> {
  const issuer = await startIssuer();
  issuer.serve([...[rsa, rsa2, ec, ed].map(({ jwk }) => jwk), ...moreKeys]);
  const app = await startApp({ withoutBackground: true, env: issuer.environment });
  const stop = async () => {
    await app.close();
    await issuer.stop();
  };
  return { app, issuer, stop };
}

export const bearer = (token: string) => [`Bearer ${token}`];
export const partsOf = (token: string) => token.split('.') as [string, string, string];

export interface Mint {
  /** A valid token, except for these members of its header. */
  good(signer?: Signer, header?: Record<string, unknown>): string;
  /** Header and claims as given; signed by the issuer's EC key, with valid claims, by default. */
  signedBy(header: unknown, sign?: Sign, claims?: unknown): string;
}

export function mintOf(guarded: () => Guarded): Mint {
  return {
    good: (signer = ec, header = {}) => guarded().issuer.token(signer, {}, header),
    signedBy: (header, sign = ec.sign, claims = guarded().issuer.claims()) => compact(header, claims, sign),
  };
}

/** The fault, the token, and the valid counterpart of the token: any of the issuer's by default. */
export type Forgery = [name: string, forged: () => string, right?: () => string];

/**
 * Each forgery is refused on both routes, and its counterpart is accepted: otherwise a server that refuses everybody
 * would pass.
 */
export function suiteOf(guarded: () => Guarded) {
  const { good } = mintOf(guarded);
  return (name: string, forgeries: readonly Forgery[]) =>
    describe(name, () => {
      test.each(forgeries)('%s', async (_name, forged, right = () => good()) => {
        await expectRefused(guarded().app.url, bearer(forged()));
        await expectTaken(guarded().app.url, bearer(right()));
      });
    });
}
