import { hash } from 'node:crypto';
import QuickLRU from 'quick-lru';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import type { Caller } from './caller.ts';

/** The most recent tokens, at a few hundred bytes each. */
const MAX_TOKENS = 5000;

interface VerifiedToken {
  caller: Caller;
  /** The token's expiry, in seconds since 1970. */
  exp: number;
  /** The version of the key set that verified the token. */
  keySetVersion: string;
}

/**
 * Caches the callers of verified tokens, because verifying a signature costs more than the rest of a page. An entry is valid
 * until the token's `exp` and while the key set keeps its version, so a withdrawn key invalidates its tokens. The key is the
 * token's hash, so that no token stays in memory.
 */
export class VerifiedTokens {
  private readonly byHash = new QuickLRU<string, VerifiedToken>({ maxSize: MAX_TOKENS });

  constructor(private readonly clock: Clock = systemClock) {}

  find(token: string, keySetVersion: string | undefined): Caller | undefined {
    const entry = this.byHash.get(hashOf(token));
    if (entry === undefined || entry.keySetVersion !== keySetVersion) return undefined;
    return this.clock.now().getTime() < entry.exp * 1000 ? entry.caller : undefined;
  }

  add(token: string, entry: VerifiedToken): void {
    this.byHash.set(hashOf(token), entry);
  }
}

const hashOf = (token: string) => hash('sha256', token, 'base64');
