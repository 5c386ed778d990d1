import { json, noContent } from '../server/reply.ts';
import { type Call, inShape, jsonBody, param, type Route } from '../server/route.ts';
import { object, type Shape } from '../shape.ts';
import {
  actionShape,
  anyEventShape,
  eventShape,
  feeShape,
  refundShape,
  resendShape,
  shortenShape,
} from './action-options.ts';
import type { Actions } from './actions.ts';
import type { Deliveries } from './deliveries.ts';
import { formatShape } from './format.ts';
import type { Invoices } from './invoices.ts';
import type { Settings } from './settings.ts';
import { termsShape } from './terms.ts';

/** An action over HTTP. The body has its options. */
function action<T>(kind: string, shape: Shape<T>, act: (reference: string, options: T) => Promise<unknown>): Route {
  return {
    method: 'POST',
    path: `/_sandbox/invoices/:reference/${kind}`,
    async handle(call) {
      const options = inShape(shape, jsonBody(call) ?? {});
      return json(200, { data: await act(param(call, 'reference'), options) });
    },
  };
}

const nothing = object({});

/** The switches that act as the buyer and the provider. An event's action returns the product's answer to the webhook. */
export function actionRoutes(actions: Actions): Route[] {
  return [
    action('pay', actionShape, actions.pay),
    action('pay-late', actionShape, actions.payLate),
    action('pay-wrong', actionShape, actions.payWrong),
    action('pay-fee', feeShape, actions.payFee),
    action('pay-part', actionShape, actions.payPart),
    action('pay-rest', actionShape, actions.payRest),
    action('refund', refundShape, actions.refund),
    action('chargeback', refundShape, actions.chargeback),
    action('fail', eventShape, actions.fail),
    action('expire', eventShape, actions.expire),
    action('event', anyEventShape, actions.event),
    action('void', nothing, actions.void),
    action('lose', nothing, actions.lose),
    action('restore', nothing, actions.restore),
    action('shorten', shortenShape, actions.shorten),
    action('resend', resendShape, actions.resend),
  ];
}

/** The switches of the whole provider: its records, its terms and its format. */
export function providerRoutes(invoices: Invoices, deliveries: Deliveries, { terms, format }: Settings): Route[] {
  const put = <T>(path: string, shape: Shape<T>, set: (value: T) => void): Route => ({
    method: 'PUT',
    path,
    handle(call: Call) {
      set(inShape(shape, jsonBody(call) ?? {}));
      return noContent();
    },
  });
  return [
    { method: 'GET', path: '/_sandbox/invoices', handle: () => json(200, { data: invoices.all() }) },
    { method: 'GET', path: '/_sandbox/deliveries', handle: () => json(200, { data: deliveries.all() }) },
    { method: 'GET', path: '/_sandbox/terms', handle: () => json(200, { data: terms.get() }) },
    put('/_sandbox/terms', termsShape, terms.set),
    { method: 'GET', path: '/_sandbox/format', handle: () => json(200, { data: format.get() }) },
    put('/_sandbox/format', formatShape, format.set),
  ];
}
