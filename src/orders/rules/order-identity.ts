import { newId } from '../../kernel/ids.ts';
import { newOrderNumber } from './order-number.ts';

/** The ids and the number of a new order. */
export interface OrderIdentity {
  id: string;
  number: string;
  lineId(position: number): string;
}

/**
 * Names a new order that an organization creates with a key at a time. A development server derives the names from its arguments,
 * so that a contract test sees the same ones on each run.
 */
export type IdentifyOrder = (use: { organizationId: string; key: string }, at: Date) => OrderIdentity;

/** Draws names at random: each call returns others. */
export const randomIdentity: IdentifyOrder = (_use, at) => ({ id: newId(), number: newOrderNumber(at), lineId: newId });
