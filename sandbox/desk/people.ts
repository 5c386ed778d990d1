import type { Auth, HubCore } from '../index.ts';

export interface Role {
  label: string;
  meaning: string;
  scope: string;
  name: string;
}

/** The roles that the product tells apart, by the scopes of their tokens. */
export const ROLES = {
  buyer: { label: 'Buyer', meaning: 'orders and pays', scope: 'topup:read topup:write', name: 'Siti Rahayu' },
  viewer: { label: 'Viewer', meaning: 'sees, and orders nothing', scope: 'topup:read', name: 'Budi Santoso' },
  approver: {
    label: 'Approver',
    meaning: 'decides on orders above the limit, and orders nothing',
    scope: 'topup:read topup:approve',
    name: 'Rina Kusuma',
  },
  support: { label: 'Support', meaning: 'reads any organization', scope: 'topup:support', name: 'Dewi Lestari' },
  operator: {
    label: 'Operator',
    meaning: 'has every scope',
    scope: 'topup:read topup:write topup:approve topup:support',
    name: 'Agus Wibowo',
  },
} as const satisfies Record<string, Role>;

export type RoleName = keyof typeof ROLES;

export const isRole = (name: string): name is RoleName => Object.hasOwn(ROLES, name);

export interface People {
  organizations(): { id: string; name: string }[];
  token(role: RoleName, organizationId: string): Promise<string>;
}

const LIFE_SECONDS = 12 * 3600;

export function createPeople(auth: Auth, hubCore: HubCore): People {
  return {
    organizations: () => hubCore.organizations.all().map(({ id, name }) => ({ id, name })),
    token(role, organization_id) {
      const { scope, name } = ROLES[role];
      return auth.token({
        organization_id,
        scope,
        sub: `${role}-${organization_id}`,
        expires_in: LIFE_SECONDS,
        claims: { name },
      });
    },
  };
}
