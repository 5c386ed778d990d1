import { isObject, type JsonObject, mergePatch } from '../json.ts';
import { type Organization, seedOrganizations } from '../seed/organizations.ts';
import { type HttpNeighbour, type RunningNeighbour, startHttpNeighbour } from '../server/http-neighbour.ts';
import { json, noContent, Refusal, type Reply } from '../server/reply.ts';
import { type Call, jsonBody, param, queryOf, type Route } from '../server/route.ts';
import type { Setup } from '../setup.ts';
import { createSignatureCheck } from '../signing/mekari-hmac.ts';

export interface HubCore extends HttpNeighbour {
  readonly organizations: {
    all(): Organization[];
    get(id: string): Organization | undefined;
    /** Replaces or adds it. */
    set(organization: Organization): void;
    /** JSON merge patch: null deletes a field. Not checked, so that nonsense can be served too. */
    patch(id: string, patch: JsonObject): void;
    delete(id: string): void;
  };
}

const MAX_IDS = 100;

function askedIds(call: Call): string[] {
  const asked = queryOf(call, ['ids']).get('ids') ?? '';
  const ids = asked.split(',');
  const refuse = (message: string) => new Refusal(400, 'bad_ids', `ids ${message}`, [{ field: 'ids', message }]);
  if (ids.some((id) => id.trim() === '')) throw refuse('must be a comma-separated list without gaps');
  if (ids.length > MAX_IDS) throw refuse(`has ${ids.length} entries; at most ${MAX_IDS} are allowed`);
  return ids;
}

export async function startHubCore(setup: Setup, port: number): Promise<RunningNeighbour & { handle: HubCore }> {
  const seed = () => new Map(seedOrganizations(setup.clock()).map((organization) => [organization.id, organization]));
  let known = seed();

  /** In reverse order of asking, on purpose: the order is not promised, so a client must match by id. */
  function answer(call: Call): Reply {
    const ids = [...new Set(askedIds(call))].reverse();
    return json(200, { data: ids.flatMap((id) => known.get(id) ?? []) });
  }

  function patch(id: string, change: unknown): Organization {
    const patched = mergePatch(known.get(id) ?? { id }, change) as Organization;
    known.set(id, patched);
    return patched;
  }

  const switches: Route[] = [
    { method: 'GET', path: '/_sandbox/organizations', handle: () => json(200, { data: [...known.values()] }) },
    {
      method: 'PUT',
      path: '/_sandbox/organizations/:id',
      handle(call) {
        const change = jsonBody(call);
        if (!isObject(change)) throw new Refusal(422, 'invalid', 'body must be a JSON merge patch');
        return json(200, { data: patch(param(call, 'id'), change) });
      },
    },
    {
      method: 'DELETE',
      path: '/_sandbox/organizations/:id',
      handle(call) {
        known.delete(param(call, 'id'));
        return noContent();
      },
    },
  ];

  const server = await startHttpNeighbour({
    ...setup,
    port,
    api: [{ method: 'GET', path: '/api/v1/organizations', handle: answer }],
    authorize: createSignatureCheck(setup.credentials, setup.wireClock),
    switches,
  });
  return {
    ...server,
    handle: {
      ...server.handle,
      organizations: {
        all: () => structuredClone([...known.values()]),
        get: (id) => structuredClone(known.get(id)),
        set: (organization) => known.set(organization.id, structuredClone(organization)),
        patch: (id, change) => patch(id, structuredClone(change)),
        delete: (id) => known.delete(id),
      },
    },
    async reset() {
      known = seed();
      await server.reset();
    },
  };
}
