import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StateRequest } from '../../../sandbox/index.ts';
import type { TestApp } from '../../support/app/app.ts';
import { startAppWithStates } from '../../support/app/app-with-states.ts';
import { stableText } from '../../support/contracts/stable.ts';

const FIXTURES_OF_REST = join(import.meta.dirname, '../../../schema/fixtures/rest');
const PRESENT = new Date('2026-11-22T10:00:00+07:00');
const OPTIONS = '/iag/v1/topup-configurations';
const EXCESS = `${OPTIONS}/excess-quota`;

let app: TestApp;

beforeAll(async () => {
  app = await startAppWithStates(() => PRESENT);
});
afterAll(() => app?.close());

/** Returns the exchange as its fixture prints it. */
async function exchange(path: string, token: string): Promise<string> {
  const headers: Record<string, string> = { 'x-correlation-id': '00000000-0000-8000-8000-000000000000' };
  if (token !== '') headers['authorization'] = `Bearer ${token}`;
  const answer = await fetch(app.url + path, { headers });
  const fixture = { request: { method: 'GET', path }, status: answer.status, response: await answer.json() };
  return stableText(`${JSON.stringify(fixture, null, 2)}\n`, PRESENT);
}

const reach = (request: StateRequest) => app.sandbox.states.reach(request);

const FIXTURES: Record<string, () => Promise<string>> = {
  async 'topup-configurations'() {
    const { token } = await reach({ organization: 'with-excess', name: 'rest options' });
    return exchange(OPTIONS, token);
  },
  async 'topup-configurations.support'() {
    const { supportToken, organizationId } = await reach({ organization: 'raised-minimum', name: 'rest support' });
    return exchange(`${OPTIONS}?organization_id=${organizationId}`, supportToken);
  },
  async 'topup-configurations.gated'() {
    const { token } = await reach({ organization: 'page-flag-off', name: 'rest gated' });
    return exchange(OPTIONS, token);
  },
  async 'excess-quota'() {
    const { token } = await reach({ organization: 'with-excess', name: 'rest excess' });
    return exchange(EXCESS, token);
  },
  async 'excess-quota.none'() {
    const { token } = await reach({ organization: 'enrolled', name: 'rest nothing owed' });
    return exchange(EXCESS, token);
  },
  async 'errors.400'() {
    const { token, organizationId } = await reach({ name: 'rest twice' });
    return exchange(`${OPTIONS}?organization_id=${organizationId}&organization_id=${organizationId}`, token);
  },
  'errors.401': () => exchange(OPTIONS, ''),
  async 'errors.403'() {
    const { token } = await reach({ name: 'rest foreign' });
    return exchange(`${OPTIONS}?organization_id=1001`, token);
  },
  async 'errors.503'() {
    // An organization that no cache has read.
    const token = await app.sandbox.auth.token({ organization_id: '1006' });
    app.sandbox.hubCore.faults.set([{ kind: 'status' }]);
    try {
      return await exchange(EXCESS, token);
    } finally {
      app.sandbox.hubCore.faults.clear();
    }
  },
};

test.each(Object.keys(FIXTURES))('the published fixture rest/%s is what the server answers', async (name) => {
  await expect(await FIXTURES[name]?.()).toMatchFileSnapshot(join(FIXTURES_OF_REST, `${name}.json`));
});
