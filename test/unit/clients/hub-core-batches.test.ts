import { beforeEach, describe, expect, test } from 'vitest';
import { Cache } from '../../../src/clients/cache/cache.ts';
import type { HubCore, OrganizationSnapshot } from '../../../src/clients/hub-core.ts';
import { findInBatches } from '../../../src/clients/hub-core-batches.ts';
import { UpstreamError } from '../../../src/clients/upstream-error.ts';
import { offeredOption } from '../orders/option-samples.ts';

const AWAY = new UpstreamError('hub-core', 'unavailable', 'it is away');
const ODD = new UpstreamError('hub-core', 'malformed', 'organization odd, name: is odd');
const { organization: ORGANIZATION } = offeredOption({ code: 'muv', unitPrice: 1n });
const PAGE = { fresh: false, urgent: false };

let calls: { ids: readonly string[]; urgent: boolean | undefined }[];
let failures: string[];
let answer: HubCore['organizations'];
let organizations: Cache<OrganizationSnapshot>;
const organization = (id: string): OrganizationSnapshot => ({ ...ORGANIZATION, id });

function connect() {
  const hubCore: HubCore = {
    organizations(ids, options) {
      calls.push({ ids, urgent: options?.urgent });
      return answer(ids, options);
    },
  };
  return findInBatches(hubCore, (ids, error) => failures.push(`${ids}: ${error.reason}`));
}

beforeEach(() => {
  calls = [];
  failures = [];
  answer = async (ids) => new Map(ids.map((id) => [id, organization(id)]));
  organizations = new Cache({
    neighbour: 'hub-core',
    clock: { now: () => new Date('2026-11-22T03:00:00Z') },
    ttlMs: 30_000,
    failureTtlMs: 5000,
    staleMs: 600_000,
    fetch: connect(),
  });
});

const idsOf = (found: readonly unknown[]) => found.map((each) => (each as OrganizationSnapshot).id);

describe('pages', () => {
  test('of one moment share a batch, and ask once for their common ids', async () => {
    const found = await Promise.all(['a', 'b', 'b', 'c', 'a'].map((id) => organizations.get(id)));
    expect(idsOf(found)).toEqual(['a', 'b', 'b', 'c', 'a']);
    expect(calls).toEqual([{ ids: ['a', 'b', 'c'], urgent: false }]);
  });

  test('ask for a hundred at a time', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => String(index));
    expect(idsOf(await Promise.all(ids.map((id) => organizations.get(id))))).toEqual(ids);
    expect(calls.map(({ ids }) => ids.length)).toEqual([100, 100, 50]);
  });

  test('do not ask for cached ids beside new ones', async () => {
    await organizations.get('a');
    await Promise.all(['a', 'b'].map((id) => organizations.get(id)));
    expect(calls.map(({ ids }) => ids)).toEqual([['a'], ['b']]);
  });

  test('ask again for each other: batches cache nothing', async () => {
    const find = connect();
    expect(await find('a', PAGE)).toEqual(organization('a'));
    expect(await find('a', PAGE)).toEqual(organization('a'));
    expect(calls).toHaveLength(2);
  });
});

test('an order asks alone: no organization of a page can break its answer', async () => {
  const page = Promise.all(['b', 'c'].map((id) => organizations.get(id)));
  const order = organizations.ask('a', { urgent: true });
  expect(idsOf([await order, ...(await page)])).toEqual(['a', 'b', 'c']);
  expect(calls.toSorted((one, other) => one.ids.length - other.ids.length)).toEqual([
    { ids: ['a'], urgent: true },
    { ids: ['b', 'c'], urgent: false },
  ]);
});

describe('a failure', () => {
  test('of a whole call fails each caller, and is logged once', async () => {
    answer = () => Promise.reject(AWAY);
    expect(await Promise.all(['a', 'b'].map((id) => organizations.get(id)))).toEqual([AWAY, AWAY]);
    expect(failures).toEqual(['a,b: it is away']);
    expect(await organizations.ask('a')).toBe(AWAY);
    expect(failures).toHaveLength(2);
  });

  test('of one organization fails its caller alone', async () => {
    answer = async (ids) => new Map(ids.map((id) => [id, id === 'odd' ? ODD : organization(id)]));
    const found = await Promise.all(['a', 'odd', 'b'].map((id) => organizations.get(id)));
    expect(found).toEqual([organization('a'), ODD, organization('b')]);
    expect(failures).toEqual([`odd: ${ODD.reason}`]);
    expect(await organizations.ask('odd')).toBe(ODD);
  });

  test('differs from an unknown id', async () => {
    answer = async () => new Map();
    expect(await organizations.get('nobody')).toBeUndefined();
    expect(await organizations.ask('nobody')).toBeUndefined();
    expect(failures).toEqual([]);
  });
});
