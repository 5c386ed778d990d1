import type { Clock } from './clock.ts';
import type { Credentials } from './signing/mekari-hmac.ts';

/** The options that all neighbours share. */
export interface Setup {
  host: string;
  /** Host names that pages may use beside this machine's own. */
  allowedHosts: readonly string[];
  /** Business time: expiry, booking dates, the seed's periods. */
  clock: Clock;
  /** Dates and verifies signatures and tokens. */
  wireClock: Clock;
  credentials: Credentials;
}
