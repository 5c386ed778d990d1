import type { Ground } from './ground.ts';
import type { Redis } from './redis.ts';

/**
 * The replica that serves the page: with the usual settings, with prices or organizations cached for a second, or with
 * a slow Redis.
 */
export type Kind = 'usual' | 'forgetsPrices' | 'forgetsOrganizations' | 'slowRedis';

/** A fault that may occur while pages are requested all the time. */
export interface Situation {
  name: string;
  /**
   * The situation to compare the figures with: the same replica or load without a fault. It names itself when it is a
   * baseline.
   */
  against: string;
  on: Kind;
  /** The number of organizations whose pages are requested. */
  organizations: number;
  /** Multiplies the usual duration: long enough for calls to time out and to be retried. */
  long: number;
  /** Orders are placed and paid at the same time. */
  buys: boolean;
  begin(): unknown;
  end(): unknown;
}

export const CONNECTIONS = 20;
const ALL_WELL = 'all well';
const ALL_WELL_BUYING = 'all well, while orders are paid';
const ALL_WELL_PRICES = 'all well, prices kept for 1 s';
const ALL_WELL_ORGANIZATIONS = 'all well, organizations kept for 1 s';
const LONG = 6;
const HANG = [{ kind: 'hang' }] as const;

export function situations({ sandbox }: Ground, redis: Redis | undefined): Situation[] {
  const nothing = () => undefined;
  const usual = { against: ALL_WELL, on: 'usual', organizations: CONNECTIONS, long: 1, buys: false } as const;
  const buying = { ...usual, against: ALL_WELL_BUYING, buys: true } as const;
  const prices = { ...usual, against: ALL_WELL_PRICES, on: 'forgetsPrices', long: LONG } as const;
  const answers = { ...usual, against: ALL_WELL_ORGANIZATIONS, on: 'forgetsOrganizations', long: LONG } as const;
  const hung = (neighbour: 'mekariBilling' | 'hubCore' | 'mekariPay' | 'moderator') => ({
    begin: () => sandbox[neighbour].faults.set(HANG),
    end: () => sandbox[neighbour].faults.clear(),
  });
  const well = { begin: nothing, end: nothing };
  return [
    { ...usual, name: ALL_WELL, ...well },
    { ...usual, name: 'Mekari Billing hangs, prices kept', ...hung('mekariBilling') },
    ...(redis
      ? [
          { ...usual, name: 'Redis frozen', begin: redis.freeze, end: redis.thaw },
          { ...usual, name: 'Redis killed', begin: redis.kill, end: redis.start },
          { ...usual, name: 'Redis slow (150 ms)', on: 'slowRedis' as const, ...well },
        ]
      : []),
    { ...buying, name: ALL_WELL_BUYING, ...well },
    { ...buying, name: 'Mekari Pay hangs', ...hung('mekariPay') },
    { ...buying, name: 'Moderator hangs', ...hung('moderator') },
    {
      ...buying,
      name: 'mail hangs',
      begin: () => sandbox.mail.faults.set([{ kind: 'hang' }]),
      end: () => sandbox.mail.faults.clear(),
    },
    { ...prices, name: ALL_WELL_PRICES, long: 1, ...well },
    { ...prices, name: 'Mekari Billing hangs, prices over', ...hung('mekariBilling') },
    { ...answers, name: ALL_WELL_ORGANIZATIONS, long: 1, ...well },
    { ...answers, name: 'hub-core hangs, answers over', ...hung('hubCore') },
    { ...answers, name: 'hub-core hangs, one organization', organizations: 1, ...hung('hubCore') },
  ];
}
