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
    /** Replaces or adds an organization. */
    set(organization: Organization): void;
    /** Applies a JSON merge patch: null deletes a field. Checks nothing, so that tests can serve invalid data. */
    patch(id: string, patch: JsonObject): void;
    delete(id: string): void;
  };
}

const MAX_IDS = 100;

function askedIds(call: Call): string[] {
  const list = queryOf(call, ['ids']).get('ids') ?? '';
  const ids = list.split(',');
  const refuse = (message: string) => new Refusal(400, 'bad_ids', `ids ${message}`, [{ field: 'ids', message }]);
  if (ids.some((id) => id.trim() === '')) throw refuse('must be a comma-separated list without gaps');
  if (ids.length > MAX_IDS) throw refuse(`has ${ids.length} entries; at most ${MAX_IDS} are allowed`);
  return ids;
}

export async function startHubCore(setup: Setup, port: number): Promise<RunningNeighbour & { handle: HubCore }> {
  const seed = () => new Map(seedOrganizations(setup.clock()).map((organization) => [organization.id, organization]));
  let organizations = seed();

  /** Answers in reverse order, so that a client that does not match by id fails. */
  function answer(call: Call): Reply {
    const ids = [...new Set(askedIds(call))].reverse();
    return json(200, { data: ids.flatMap((id) => organizations.get(id) ?? []) });
  }

  function patch(id: string, change: unknown): Organization {
    const patched = mergePatch(organizations.get(id) ?? { id }, change) as Organization;
    organizations.set(id, patched);
    return patched;
  }

  const switches: Route[] = [
    { method: 'GET', path: '/_sandbox/organizations', handle: () => json(200, { data: [...organizations.values()] }) },
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
        organizations.delete(param(call, 'id'));
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
        all: () => structuredClone([...organizations.values()]),
        get: (id) => structuredClone(organizations.get(id)),
        set: (organization) => organizations.set(organization.id, structuredClone(organization)),
        patch: (id, change) => patch(id, structuredClone(change)),
        delete: (id) => organizations.delete(id),
      },
    },
    async reset() {
      organizations = seed();
      await server.reset();
    },
  };
}
