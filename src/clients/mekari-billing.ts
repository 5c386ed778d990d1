import { z } from 'zod';
import { parseRupiah, type Rupiah } from '../kernel/money.ts';
import type { Neighbour } from './http.ts';

/** A package's current price (contracts.md 3). */
export interface PackagePrice {
  packageId: string;
  price: Rupiah;
}

export interface MekariBilling {
  /** Throws UpstreamError: `rejected` for an unknown package. */
  packagePrice(packageId: string, options?: { urgent?: boolean }): Promise<PackagePrice>;
}

const answer = (packageId: string) =>
  z.object({
    data: z.object({
      id: z.literal(packageId, { error: 'is another package' }),
      currency: z.literal('IDR', { error: 'is not IDR' }),
      price: z.string().transform((text, context) => {
        // Rupiah have no decimals: "600.00" equals "600", and "600.5" is invalid.
        const price = parseRupiah(text.replace(/\.0{1,4}$/, ''));
        if (price !== undefined && price > 0n) return price;
        context.addIssue({ code: 'custom', message: 'is not a positive price in whole rupiah' });
        return z.NEVER;
      }),
    }),
  });

export function createMekariBilling(neighbour: Neighbour): MekariBilling {
  return {
    async packagePrice(packageId, { urgent } = {}) {
      const path = `/api/v4/packages/${encodeURIComponent(packageId)}`;
      const { data } = await neighbour.get({ path, route: '/api/v4/packages/{id}', urgent, schema: answer(packageId) });
      return { packageId, price: data.price };
    },
  };
}
