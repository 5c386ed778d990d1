import type { ReachedState, StateRequest } from '../../../sandbox/index.ts';
import { disable, replay, subscribe } from '../../../src/event-delivery/index.ts';
import { retryOrder } from '../../../src/operators/index.ts';
import type { TestApp } from '../../support/app/app.ts';
import { tryApprove, tryConfirm, tryReject } from '../../support/app/mutations.ts';
import { readOrder, until } from '../../support/app/purchase.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { stableText } from '../../support/contracts/stable.ts';
import type { EventReceiver } from '../../support/http/event-receiver.ts';

interface Parts {
  app: TestApp;
  receiver: EventReceiver;
  present: Date;
}
type Reached = Pick<ReachedState, 'organizationId' | 'orderNumber'>;

const BY = { actor: 'rina', reason: 'The buyer asked for it' };
const STATE_OF = {
  created: 'DRAFT',
  submitted: 'SUBMITTED',
  confirmed: 'PENDING_PAYMENT',
  paid: 'PAID',
  booked: 'COMPLETED',
  review: 'PAYMENT_REVIEW',
  expired: 'EXPIRED',
  cancelled: 'CANCELLED',
  refunded: 'REFUNDED',
} as const;

/** Brings an order to each kind of step that occurs, and answers the body of the event about its last one, by the kind in small letters. */
export function eventFixtures(parts: () => Parts): Record<string, () => Promise<string>> {
  const reach = (name: string, request: StateRequest) => parts().app.sandbox.states.reach({ ...request, name });
  const reached = Object.entries(STATE_OF).map(([kind, state]) => [kind, () => reach(`event ${kind}`, { state })]);
  const orders: Record<string, () => Promise<Reached>> = {
    ...Object.fromEntries(reached),
    async quoted_anew() {
      const { app } = parts();
      const draft = await reach('event quoted anew', { state: 'DRAFT', items: [{ code: 'muv', quantity: '500' }] });
      app.sandbox.mekariBilling.setPrice('pkg-muv', '650');
      await tryConfirm(clientOf(app, draft.token), orderOf(draft));
      app.sandbox.mekariBilling.setPrice('pkg-muv', '600');
      return draft;
    },
    async approved() {
      const submitted = await reach('event approved', { state: 'SUBMITTED' });
      await tryApprove(clientOf(parts().app, submitted.approverToken), orderOf(submitted), 'Within the budget');
      return submitted;
    },
    async rejected() {
      const { orderId, approverToken, ...submitted } = await reach('event rejected', { state: 'SUBMITTED' });
      await tryReject(clientOf(parts().app, approverToken), orderId ?? '', 'Not in this quarter');
      return submitted;
    },
    async payment_refused() {
      const { app } = parts();
      const draft = await reach('event payment refused', { state: 'DRAFT' });
      app.sandbox.mekariPay.faults.set([{ kind: 'status', status: 422, match: { method: 'POST' } }]);
      await tryConfirm(clientOf(app, draft.token), orderOf(draft));
      app.sandbox.mekariPay.faults.clear();
      return draft;
    },
    async payment_received() {
      const { app } = parts();
      const reviewed = await reach('event payment received', { state: 'PAYMENT_REVIEW' });
      await app.sandbox.mekariPay.payPart(reviewed.orderNumber ?? '', { amount: 100_000 });
      await until(
        () => readOrder(clientOf(app, reviewed.token), reviewed.orderId ?? ''),
        ({ timeline }) => timeline.at(-1)?.from === 'PAYMENT_REVIEW',
      );
      return reviewed;
    },
    async operator_acted() {
      const { app, present } = parts();
      const paid = await reach('event operator acted', { state: 'PAID' });
      await retryOrder(app.database, { now: () => present }, paid.orderNumber ?? '', BY);
      return paid;
    },
  };
  const recorded = ([kind, order]: [string, () => Promise<Reached>]) =>
    [kind, async () => lastEvent(parts(), kind, await order())] as const;
  return Object.fromEntries(Object.entries(orders).map(recorded));
}

const clientOf = ({ url }: TestApp, token: string) => createTestClient(url, token);
const orderOf = ({ orderId, total }: ReachedState) => {
  return { id: orderId ?? '', total: { amount: total ?? '', currencyCode: 'IDR' as const } };
};

/** Subscribes once the order is at rest, so that each event shows it so, and has its steps sent. */
async function lastEvent({ app, receiver, present }: Parts, kind: string, { organizationId, orderNumber }: Reached) {
  const clock = { now: () => present };
  const type = `topup_order.${kind}`;
  const order = orderNumber ?? '';
  const { id } = await subscribe(app.database, clock, { url: receiver.url, organizationId, types: [type] });
  await replay(app.database, clock, id, { order });
  await app.deliverEvents.run();
  const event = await until(
    async () => receiver.received.findLast(({ data, ...each }) => each.type === type && data.number === order),
    (sent) => sent !== undefined,
  );
  await disable(app.database, clock, id, 'recorded');
  return stableText(`${JSON.stringify(JSON.parse(event?.body ?? ''), null, 2)}\n`, present);
}
