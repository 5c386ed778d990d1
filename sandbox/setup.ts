import type { Clock } from './clock.ts';
import type { Credentials } from './signing/mekari-hmac.ts';

/** What every neighbour is started with. */
export interface Setup {
  host: string;
  /** Business time: expiry, booking dates, the seed's periods. */
  clock: Clock;
  /** What signatures and tokens are dated and judged by. */
  wireClock: Clock;
  credentials: Credentials;
}
