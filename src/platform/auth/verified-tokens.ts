import { hash } from 'node:crypto';
import QuickLRU from 'quick-lru';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import type { Caller } from './caller.ts';
import type { KeySet } from './key-set.ts';

/** Of those that came last. A few hundred bytes each. */
const MAX_TOKENS = 5000;

interface Verified {
  caller: Caller;
  /** Seconds since 1970: the token's own. */
  exp: number;
  /** What the token was verified with. */
  keys: KeySet;
}

/**
 * Whose the tokens were that have been verified: to check a signature again that was good costs more than all else of a page.
 * By their hash, so that no token lies in memory. None is found past its `exp`, nor after the issuer's keys changed: a key that
 * was withdrawn takes its tokens along.
 */
export class VerifiedTokens {
  private readonly byHash = new QuickLRU<string, Verified>({ maxSize: MAX_TOKENS });

  constructor(private readonly clock: Clock = systemClock) {}

  find(token: string, keys: KeySet | undefined): Caller | undefined {
    const known = this.byHash.get(hashOf(token));
    if (known === undefined || known.keys !== keys) return undefined;
    return this.clock.now().getTime() < known.exp * 1000 ? known.caller : undefined;
  }

  add(token: string, verified: Verified): void {
    this.byHash.set(hashOf(token), verified);
  }
}

const hashOf = (token: string) => hash('sha256', token, 'base64');
