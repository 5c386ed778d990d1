import { EVENT_KINDS, type EventKind } from '../../orders/index.ts';

/** `topup_order.paid` for the kind PAID. */
export const eventType = (kind: EventKind): string => `topup_order.${kind.toLowerCase()}`;

/** Kinds that the graph declares and no step of the timeline has yet: whoever subscribed to them alone would get nothing. */
const WITHOUT_STEPS: readonly EventKind[] = ['PAYMENT_RECEIVED', 'MAIL_SENT'];

/** The types that a subscription may name. */
export const EVENT_TYPES: readonly string[] = EVENT_KINDS.filter((kind) => !WITHOUT_STEPS.includes(kind)).map(
  eventType,
);
