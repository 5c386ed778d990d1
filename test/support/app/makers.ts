import type { TestApp } from './app.ts';
import { addOrganization } from './organizations.ts';
import type { TestClient } from './test-client.ts';

export interface Makers {
  id: string;
  /** Creates and submits; has no scope to approve. */
  maker: TestClient;
  /** May approve and order. */
  checker: TestClient;
  /** Sets the limit, as hub-core has it from now on; null switches approvals off. */
  setLimit(limit: number | null): void;
}

/** An organization that asks for an approval above Rp1.000.000, and two persons of it. */
export async function addMakers(app: TestApp): Promise<Makers> {
  const id = addOrganization(app.sandbox, '1001');
  const setLimit = (limit: number | null) => {
    const topup_approval = limit === null ? null : { is_enabled: true, limit };
    app.sandbox.hubCore.organizations.patch(id, { settings: { topup_approval } });
  };
  setLimit(1_000_000);
  const person = (sub: string, scope: string, name: string) =>
    app.client({ organization_id: id, sub, scope, expires_in: 604_800, claims: { name } });
  return {
    id,
    maker: await person('siti', 'topup:read topup:write', 'Siti Rahayu'),
    checker: await person('budi', 'topup:read topup:write topup:approve', 'Budi Santoso'),
    setLimit,
  };
}
