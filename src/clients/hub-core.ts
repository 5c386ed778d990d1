import { z } from 'zod';
import type { Clock } from '../kernel/clock.ts';
import type { Neighbour } from './http.ts';
import { type OrganizationSnapshot, readOrganization } from './organization-snapshot.ts';
import { UpstreamError } from './upstream-error.ts';

export type { OrganizationSnapshot } from './organization-snapshot.ts';

export interface HubCore {
  /**
   * At most MAX_IDS at once. Unknown ids are left out of the answer; one that is not its contract fails alone.
   * Throws UpstreamError where the whole call fails.
   */
  organizations(
    ids: readonly string[],
    options?: { urgent?: boolean },
  ): Promise<Map<string, OrganizationSnapshot | UpstreamError>>;
}

export const MAX_IDS = 100;

const answer = z.object({ data: z.array(z.unknown()) });
const identified = z.looseObject({ id: z.string() });

/** Whatever else a caller asks for is no organization's id, and hub-core is not bothered with it. */
const ID = /^[\w.-]{1,64}$/;
/** How hub-core says that it does not understand the question. One id may be to blame, and not the others'. */
const NOT_UNDERSTOOD = [400, 404, 414, 422];
/** Or one organization spoils the answer for all: it makes it too large, say. */
const isOfOne = ({ kind, status = 0 }: UpstreamError) => kind === 'malformed' || NOT_UNDERSTOOD.includes(status);
/** Enough to find two of a hundred. A hub-core that answers so to everything is not asked about each. */
const MOST_SPLITS = 12;

type Found = Map<string, OrganizationSnapshot | UpstreamError>;

export function createHubCore(neighbour: Neighbour, clock: Clock): HubCore {
  async function ask(ids: readonly string[], urgent: boolean): Promise<Found> {
    const asOf = clock.now();
    const asked = new Set(ids);
    const { data } = await neighbour.get({
      path: `/api/v1/organizations?ids=${ids.join(',')}`,
      urgent,
      schema: answer,
    });
    const rows = data.flatMap((row) => identified.safeParse(row).data ?? []);
    return new Map(rows.filter(({ id }) => asked.has(id)).map((row) => [row.id, readOrganization(row, asOf)]));
  }

  /** A batch holds the organizations of several callers: one that spoils it must fail alone. */
  async function askOrSplit(ids: readonly string[], urgent: boolean, budget = { splits: MOST_SPLITS }): Promise<Found> {
    try {
      return await ask(ids, urgent);
    } catch (error) {
      if (!(error instanceof UpstreamError) || !isOfOne(error)) throw error;
      if (ids.length === 1 || budget.splits === 0) return new Map(ids.map((id) => [id, error]));
      budget.splits -= 1;
      const half = Math.ceil(ids.length / 2);
      const halves = await Promise.all([
        askOrSplit(ids.slice(0, half), urgent, budget),
        askOrSplit(ids.slice(half), urgent, budget),
      ]);
      return new Map(halves.flatMap((found) => [...found]));
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
