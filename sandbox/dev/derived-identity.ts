import { createHash } from 'node:crypto';
import { type IdentifyOrder, newOrderNumber } from '../../src/orders/index.ts';

/**
 * Derives an order's ids and number from its organization and idempotency key, so that the same request to an empty server
 * gives the same order. The number's day is the clock's.
 */
export const derivedIdentity: IdentifyOrder = ({ organizationId, key }, at) => {
  const digest = (part: string) => createHash('sha256').update(`${organizationId}\n${key}\n${part}`).digest();
  const symbols = digest('number');
  let drawn = 0;
  return {
    id: uuidOf(digest('order')),
    number: newOrderNumber(at, (below) => symbols.readUInt16BE(2 * drawn++) % below),
    lineId: (position) => uuidOf(digest(`line ${position}`)),
  };
};

/** Marks the bytes as a UUID of version 8, whose content is the maker's own (RFC 9562). */
function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
