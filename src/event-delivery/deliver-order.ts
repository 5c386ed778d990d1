import type { DataSource } from 'typeorm';
import type { WebhookAnswer, WebhookSender } from '../clients/webhook-sender.ts';
import type { Clock } from '../kernel/clock.ts';
import { type EventKind, eventKind, type TopupOrderEvent, timelineOf } from '../orders/index.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { eventType } from './rules/event-type.ts';
import { DISABLED_AFTER_MS, waitAfter } from './rules/retry-schedule.ts';
import { messageId, signedHeaders } from './rules/signed-event.ts';
import { advance, type DueOrder, postpone } from './store/deliveries.ts';
import { disableSubscription, noteFailure, noteSuccess, type Target } from './store/subscriptions.ts';

export type DeliveryOutcome = 'delivered' | 'failed' | 'given_up' | 'disabled';
export const EVENT_DELIVERY_OUTCOMES: readonly DeliveryOutcome[] = ['delivered', 'failed', 'given_up', 'disabled'];

export interface DeliverOrderParts {
  database: DataSource;
  sender: WebhookSender;
  /** Returns the order as the graph shows it to its organization. */
  shownOrder(orderId: string): Promise<object>;
  clock: Clock;
  log: Logger;
  onOutcome(outcome: DeliveryOutcome): void;
}

/** A step of an order with its number, which counts the order's steps from 1. */
interface Step {
  id: bigint;
  kind: EventKind;
  at: Date;
  sequence: number;
}

/**
 * Sends the steps that a subscription has not got of one order, in their order. Each is stored as sent before the next: a crash between
 * the two sends it again, with the same id. It stops at the first that is not accepted. Returns false if one was not.
 */
export async function deliverOrder(
  parts: DeliverOrderParts,
  target: Target,
  due: DueOrder,
  stopping: AbortSignal,
): Promise<boolean> {
  const { database, clock } = parts;
  let { afterEventId, attempts } = due;
  for (const step of toSteps(await timelineOf(database, due.orderId))) {
    if (step.id <= afterEventId) continue;
    if (stopping.aborted) return true;
    const current = { ...due, afterEventId, attempts };
    if (isWanted(target, step)) {
      const answer = await send(parts, target, due.orderId, step, stopping);
      if (!isAccepted(answer)) {
        // The stop may have cut it off: the next run sends it again.
        if (stopping.aborted) return true;
        await noteRefusal(parts, target, current, { step, answer });
        return false;
      }
      parts.onOutcome('delivered');
      await noteSuccess(database, target.id, clock.now());
    }
    const isCurrent = await advance(database, current, { eventId: step.id, at: clock.now(), isGivenUp: false });
    if (!isCurrent) return true;
    afterEventId = step.id;
    attempts = 0;
  }
  return true;
}

const toSteps = (timeline: readonly TopupOrderEvent[]): Step[] =>
  timeline.map((event, index) => {
    return { id: BigInt(event.id), kind: eventKind(event), at: event.at, sequence: index + 1 };
  });

const isWanted = ({ types }: Target, { kind }: Step) => types.length === 0 || types.includes(eventType(kind));

async function send(
  parts: DeliverOrderParts,
  target: Target,
  orderId: string,
  step: Step,
  stopping: AbortSignal,
): Promise<WebhookAnswer> {
  const { kind, at, sequence } = step;
  const data = { ...(await parts.shownOrder(orderId)), sequence };
  const body = JSON.stringify({ type: eventType(kind), timestamp: at.toISOString(), data });
  const id = messageId(target.id, orderId, sequence);
  const headers = {
    ...signedHeaders(target.secrets, id, body, parts.clock.now()),
    'content-type': 'application/json',
    'user-agent': 'self-topup',
  };
  return parts.sender.post(target.url, body, headers, stopping);
}

const isAccepted = (answer: WebhookAnswer) => 'status' in answer && answer.status >= 200 && answer.status < 300;

/** Retries later, gives the step up, or disables the subscription. */
async function noteRefusal(
  { database, clock, log, onOutcome }: DeliverOrderParts,
  { id: subscription }: Target,
  due: DueOrder,
  { step, answer }: { step: Step; answer: WebhookAnswer },
): Promise<void> {
  const at = clock.now();
  const error = 'status' in answer ? `it answered ${answer.status}` : answer.failure;
  const since = await noteFailure(database, subscription, at, error);
  const isGone = 'status' in answer && answer.status === 410;
  if (isGone || at.getTime() - since.getTime() >= DISABLED_AFTER_MS) {
    const cause = isGone ? 'GONE' : 'FAILED';
    if (await disableSubscription(database, subscription, { at, cause, reason: error })) {
      onOutcome('disabled');
      log.error({ event: 'event_subscription_disabled', subscription, cause, reason: error, failingSince: since });
    }
    return;
  }
  const facts = {
    subscription,
    orderId: due.orderId,
    sequence: step.sequence,
    attempt: due.attempts + 1,
    reason: error,
  };
  const waitMs = waitAfter(due.attempts + 1);
  if (waitMs === undefined) {
    await advance(database, due, { eventId: step.id, at, isGivenUp: true });
    onOutcome('given_up');
    log.error({ event: 'event_given_up', ...facts });
  } else {
    await postpone(database, due, { dueAt: new Date(at.getTime() + waitMs), error, at });
    onOutcome('failed');
    log.warn({ event: 'event_not_delivered', ...facts });
  }
}
