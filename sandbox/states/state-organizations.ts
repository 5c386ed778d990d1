import { createHash } from 'node:crypto';
import { type Clock, jakartaDate } from '../clock.ts';
import type { HubCore } from '../hub-core/hub-core.ts';
import type { JsonObject } from '../json.ts';
import { Refusal } from '../server/reply.ts';
import { excessOf, ORGANIZATION_KINDS, type OrganizationKind } from './organization-kinds.ts';

export interface StateOrganization {
  id: string;
  kind: OrganizationKind | undefined;
}

/** Far from the sample organizations' ids, and from the derived ones. */
const FIRST_ID = 500_001;
const DERIVED_IDS = { from: 100_000_000, count: 800_000_000 };

const kindOf = (organization: string): OrganizationKind | undefined =>
  (ORGANIZATION_KINDS as Record<string, OrganizationKind>)[organization];

export type StateOrganizations = ReturnType<typeof createStateOrganizations>;

/** Adds an organization of a kind for each state, so that no test sees another's orders. */
export function createStateOrganizations(hubCore: HubCore, clock: Clock) {
  let last = FIRST_ID - 1;

  function newId(name: string | undefined): string {
    if (name === undefined) {
      last += 1;
      return String(last);
    }
    const hash = createHash('sha256').update(name).digest().readUIntBE(0, 6);
    const id = String(DERIVED_IDS.from + (hash % DERIVED_IDS.count));
    if (hubCore.organizations.get(id) === undefined) return id;
    throw new Refusal(409, 'name_taken', `the name "${name}" is taken: choose another one, or POST /_sandbox/reset`);
  }

  return {
    add(organization: string, name: string | undefined): StateOrganization {
      const kind = kindOf(organization);
      if (kind === undefined) {
        if (hubCore.organizations.get(organization) !== undefined) return { id: organization, kind };
        throw new Refusal(404, 'organization_unknown', `hub-core has no organization ${organization}`);
      }
      const model = hubCore.organizations.get('1001');
      if (model === undefined)
        throw new Refusal(409, 'no_model', 'the organization 1001 was deleted: reset the sandbox');
      const id = newId(name);
      const excess = organization === 'with-excess' ? excessOf(jakartaDate(clock()).slice(0, 7)) : [];
      hubCore.organizations.set({ ...model, id, excess });
      hubCore.organizations.patch(id, (kind.before ?? {}) as JsonObject);
      return { id, kind };
    },
    /** Makes of an organization that could order one that cannot. Returns whether anything changed at hub-core. */
    finish({ id, kind }: StateOrganization): boolean {
      if (kind?.isForgotten) hubCore.organizations.delete(id);
      if (kind?.after !== undefined) hubCore.organizations.patch(id, kind.after as JsonObject);
      return kind?.isForgotten === true || kind?.after !== undefined;
    },
  };
}
