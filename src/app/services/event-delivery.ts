import type { GraphQLSchema } from 'graphql';
import { DeliverEvents, EVENT_DELIVERY_OUTCOMES } from '../../event-delivery/index.ts';
import { orderAsShown } from '../order-as-shown.ts';
import type { Parts } from './parts.ts';

type DeliveryParts = Pick<Parts, 'clock' | 'log' | 'telemetry' | 'database' | 'neighbours'>;

/** Creates the delivery of events, whose orders are shown as the graph shows them. */
export function composeEventDelivery(
  schema: GraphQLSchema,
  { clock, log, telemetry, database, neighbours }: DeliveryParts,
): DeliverEvents {
  // Creates the counters before the first delivery.
  for (const outcome of EVENT_DELIVERY_OUTCOMES) telemetry.eventDelivery(outcome, 0);
  return new DeliverEvents({
    database,
    sender: neighbours.webhookSender,
    shownOrder: orderAsShown({ schema, database, log }),
    clock,
    log,
    onOutcome: telemetry.eventDelivery,
  });
}
