import { systemClock } from '../../../src/kernel/clock.ts';
import {
  approvePayment,
  type MoneyDecision,
  type RefundRequest,
  refundOrder,
  reportOrder,
} from '../../../src/operators/index.ts';
import type { TestApp } from './app.ts';

/** The parts that an operator's decision about money needs. */
export const decisionParts = (app: TestApp) => ({
  database: app.database,
  clock: systemClock,
  provider: () => app.neighbours.paymentProvider,
  moderator: () => app.neighbours.moderator,
});

/** Approves on the sum that is stored, unless the decision names another. */
export async function approveSeen(app: TestApp, number: string, decision: MoneyDecision) {
  return approvePayment(decisionParts(app), number, { ...(await seen(app, number)), ...decision });
}

/** Refunds on the sum that is stored, unless the request names another. */
export async function refundSeen(
  app: TestApp,
  number: string,
  request: RefundRequest,
  outstandingExcess: Parameters<typeof refundOrder>[0]['outstandingExcess'],
) {
  return refundOrder({ ...decisionParts(app), outstandingExcess }, number, {
    ...(await seen(app, number)),
    ...request,
  });
}

/** An order that does not exist has no sum to see. */
const seen = (app: TestApp, number: string) =>
  reportOrder(app.database, number).then(
    ({ money: { received } }) => ({ received }),
    () => ({}),
  );
