import { isObject } from '../json.ts';
import { type BillingPackage, seedPackages } from '../seed/packages.ts';
import type { Tampering } from '../server/faulty-answer.ts';
import { type HttpNeighbour, type RunningNeighbour, startHttpNeighbour } from '../server/http-neighbour.ts';
import { json, noContent, Refusal, type Reply } from '../server/reply.ts';
import { type Call, inShape, jsonBody, param, queryOf, type Route } from '../server/route.ts';
import type { Setup } from '../setup.ts';
import { anyText, object, optional } from '../shape.ts';
import { createSignatureCheck } from '../signing/mekari-hmac.ts';

export interface MekariBilling extends HttpNeighbour {
  readonly packages: {
    all(): BillingPackage[];
    get(id: string): BillingPackage | undefined;
    /** Changes or adds a package. Absent fields stay. */
    set(id: string, change: PackageChange): void;
    delete(id: string): void;
  };
  /** The price per unit in rupiah, as digits. */
  setPrice(id: string, price: string): void;
}

export type PackageChange = Partial<Omit<BillingPackage, 'id'>>;

/** Accepts any string, so that tests can serve a price that is not a number. */
const changeShape = object<PackageChange>({
  code: optional(anyText),
  name: optional(anyText),
  price: optional(anyText),
  currency: optional(anyText),
});

/** Alters the package of an answer, except in an error answer. */
function altering(change: (pack: BillingPackage) => PackageChange) {
  return (reply: Reply): Reply => {
    const body: unknown = JSON.parse(reply.body);
    if (!isObject(body) || !isObject(body.data)) return reply;
    const pack = body.data as unknown as BillingPackage;
    return { ...reply, body: JSON.stringify({ data: { ...pack, ...change(pack) } }) };
  };
}

const tampering: Tampering = {
  'wrong-currency': altering(() => ({ currency: 'USD' })),
  'negative-price': altering(({ price }) => ({ price: `-${price}` })),
  'absurd-price': altering(() => ({ price: '999999999999999999999' })),
  'fractional-price': altering(() => ({ price: '600.5' })),
};

export async function startMekariBilling(
  setup: Setup,
  port: number,
): Promise<RunningNeighbour & { handle: MekariBilling }> {
  const seed = () => new Map(seedPackages.map((pack) => [pack.id, { ...pack }]));
  let packages = seed();

  function answer(call: Call): Reply {
    queryOf(call, []);
    const pack = packages.get(param(call, 'id'));
    if (pack === undefined) throw new Refusal(404, 'package_not_found', `there is no package ${param(call, 'id')}`);
    return json(200, { data: pack });
  }

  function change(id: string, changes: PackageChange): BillingPackage {
    const before = packages.get(id) ?? { id, code: id.toUpperCase(), name: id, price: '0', currency: 'IDR' };
    const given = Object.entries(changes).filter(([, value]) => value !== undefined);
    const pack = { ...before, ...Object.fromEntries(given) };
    packages.set(id, pack);
    return pack;
  }

  const switches: Route[] = [
    { method: 'GET', path: '/_sandbox/packages', handle: () => json(200, { data: [...packages.values()] }) },
    {
      method: 'PUT',
      path: '/_sandbox/packages/:id',
      handle: (call) => json(200, { data: change(param(call, 'id'), inShape(changeShape, jsonBody(call))) }),
    },
    {
      method: 'DELETE',
      path: '/_sandbox/packages/:id',
      handle(call) {
        packages.delete(param(call, 'id'));
        return noContent();
      },
    },
  ];

  const server = await startHttpNeighbour({
    ...setup,
    port,
    api: [{ method: 'GET', path: '/api/v4/packages/:id', handle: answer }],
    authorize: createSignatureCheck(setup.credentials, setup.wireClock),
    switches,
    tampering,
  });
  return {
    ...server,
    handle: {
      ...server.handle,
      packages: {
        all: () => structuredClone([...packages.values()]),
        get: (id) => structuredClone(packages.get(id)),
        set: (id, changes) => change(id, changes),
        delete: (id) => packages.delete(id),
      },
      setPrice: (id, price) => change(id, { price }),
    },
    async reset() {
      packages = seed();
      await server.reset();
    },
  };
}
