import { EVENT_KINDS, type EventKind } from '../../orders/index.ts';

/** `topup_order.paid` for the kind PAID. */
export const eventType = (kind: EventKind): string => `topup_order.${kind.toLowerCase()}`;

/** The types that a subscription may name. Some kinds have no steps in the timeline yet, so nothing of theirs is sent. */
export const EVENT_TYPES: readonly string[] = EVENT_KINDS.map(eventType);
