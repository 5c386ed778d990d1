import { z } from 'zod';
import type { Clock } from '../kernel/clock.ts';
import type { Neighbour } from './http.ts';
import { type OrganizationSnapshot, readOrganization } from './organization-snapshot.ts';
import { UpstreamError } from './upstream-error.ts';

export type { BillingContact } from './billing-contacts.ts';
export type { OrganizationDetails, OrganizationSnapshot } from './organization-snapshot.ts';

export interface HubCore {
  /**
   * Takes at most MAX_IDS. The answer omits unknown ids; a malformed organization fails alone.
   * Throws UpstreamError if the whole call fails.
   */
  organizations(
    ids: readonly string[],
    options?: { urgent?: boolean },
  ): Promise<Map<string, OrganizationSnapshot | UpstreamError>>;
}

export const MAX_IDS = 100;

const answer = z.object({ data: z.array(z.unknown()) });
const identified = z.looseObject({ id: z.string() });

/** The form of an organization's id. Other texts never reach hub-core. */
const ID = /^[\w.-]{1,64}$/;
/** Statuses for a request that hub-core does not understand. One id of the batch may be the cause. */
const NOT_UNDERSTOOD = [400, 404, 414, 422];
/** True if one organization may have spoilt the answer for all, e.g. by its size. */
const mayBeOfOne = ({ kind, status = 0 }: UpstreamError) => kind === 'malformed' || NOT_UNDERSTOOD.includes(status);
/** Enough to isolate two ids of a hundred. It bounds the calls to a hub-core that fails for every id. */
const MOST_SPLITS = 12;

type Batch = Map<string, OrganizationSnapshot | UpstreamError>;

export function createHubCore(neighbour: Neighbour, clock: Clock): HubCore {
  async function ask(ids: readonly string[], urgent: boolean): Promise<Batch> {
    const asOf = clock.now();
    const idSet = new Set(ids);
    const { data } = await neighbour.get({
      path: `/api/v1/organizations?ids=${ids.join(',')}`,
      urgent,
      schema: answer,
    });
    const rows = data.flatMap((row) => identified.safeParse(row).data ?? []);
    return new Map(rows.filter(({ id }) => idSet.has(id)).map((row) => [row.id, readOrganization(row, asOf)]));
  }

  /** A batch serves several callers: an organization that spoils it must fail alone. */
  async function askOrSplit(ids: readonly string[], urgent: boolean, budget = { splits: MOST_SPLITS }): Promise<Batch> {
    try {
      return await ask(ids, urgent);
    } catch (error) {
      if (!(error instanceof UpstreamError) || !mayBeOfOne(error)) throw error;
      if (ids.length === 1 || budget.splits === 0) return new Map(ids.map((id) => [id, error]));
      budget.splits -= 1;
      const middle = Math.ceil(ids.length / 2);
      const halves = await Promise.all([
        askOrSplit(ids.slice(0, middle), urgent, budget),
        askOrSplit(ids.slice(middle), urgent, budget),
      ]);
      return new Map(halves.flatMap((half) => [...half]));
    }
  }

  return {
    async organizations(ids, { urgent = false } = {}) {
      const possible = ids.filter((id) => ID.test(id));
      if (possible.length === 0) return new Map();
      return possible.length === 1 ? ask(possible, urgent) : askOrSplit(possible, urgent);
    },
  };
}
