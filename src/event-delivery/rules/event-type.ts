import { EVENT_KINDS, type EventKind } from '../../orders/index.ts';

/** `topup_order.paid` for the kind PAID. */
export const eventType = (kind: EventKind): string => `topup_order.${kind.toLowerCase()}`;

/** The types that a subscription may name. */
export const EVENT_TYPES: readonly string[] = EVENT_KINDS.map(eventType);

/** No order has a step of these yet, so a subscription to them alone gets nothing. */
export const TYPES_WITHOUT_STEPS: readonly string[] = (['MAIL_SENT'] as const).map(eventType);
