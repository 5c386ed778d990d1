export { DeliverEvents } from './deliver-events.ts';
export { EVENT_DELIVERY_OUTCOMES } from './deliver-order.ts';
export { deliverEventsJob } from './jobs.ts';
export { EVENT_TYPES, TYPES_WITHOUT_STEPS } from './rules/event-type.ts';
export { EventDelivery } from './store/event-delivery.entity.ts';
export { EventSubscription } from './store/event-subscription.entity.ts';
export { eventDelayGauge, eventSubscriptionsGauge } from './store/gauges.ts';
export { type ListedSubscription, listSubscriptions } from './store/subscriptions.ts';
export {
  assertReceiver,
  disable,
  enable,
  replay,
  rotate,
  type Subscribing,
  subscribe,
} from './subscribe.ts';
