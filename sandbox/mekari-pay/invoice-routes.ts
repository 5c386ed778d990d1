import type { Clock } from '../clock.ts';
import { json, Refusal } from '../server/reply.ts';
import { type Call, inShape, jsonBody, param, queryOf, type Route } from '../server/route.ts';
import { object } from '../shape.ts';
import { idempotencyKeyOf } from '../signing/mekari-hmac.ts';
import { type Actions, actionShape, resendShape } from './actions.ts';
import type { Deliveries } from './deliveries.ts';
import { invoiceRequest } from './invoice-request.ts';
import type { Invoice, Invoices } from './invoices.ts';

/** Puts the pay page under the caller's host, which a proxy may have changed. */
function forCaller(call: Call, invoice: Invoice): Invoice {
  const host = call.headers.host ?? '';
  return host === '' ? invoice : { ...invoice, payment_url: `http://${host}${new URL(invoice.payment_url).pathname}` };
}

/** The interface that the product calls. */
export function invoiceRoutes(invoices: Invoices, clock: Clock): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/invoices',
      handle(call) {
        const request = invoiceRequest(jsonBody(call), clock());
        const { invoice, isNew } = invoices.create(request, idempotencyKeyOf(call));
        return json(isNew ? 201 : 200, { data: forCaller(call, invoice) });
      },
    },
    {
      method: 'GET',
      path: '/api/v1/invoices',
      handle(call) {
        const externalId = queryOf(call, ['external_id']).get('external_id') ?? '';
        if (externalId === '') {
          const fields = [{ field: 'external_id', message: 'is required' }];
          throw new Refusal(400, 'external_id_missing', 'external_id is required', fields);
        }
        return json(200, { data: invoices.byExternalId(externalId).map((invoice) => forCaller(call, invoice)) });
      },
    },
    {
      method: 'GET',
      path: '/api/v1/invoices/:id',
      handle(call) {
        queryOf(call, []);
        return json(200, { data: forCaller(call, invoices.byId(param(call, 'id'))) });
      },
    },
    {
      method: 'POST',
      path: '/api/v1/invoices/:id/void',
      handle(call) {
        inShape(object({}), jsonBody(call) ?? {});
        return json(200, { data: invoices.void(param(call, 'id')) });
      },
    },
  ];
}

/** The switches that act as the buyer. They return the product's answer to the webhook. */
export function actionRoutes(actions: Actions, invoices: Invoices, deliveries: Deliveries): Route[] {
  const kinds = [
    ['pay', actions.pay],
    ['pay-late', actions.payLate],
    ['pay-wrong', actions.payWrong],
    ['fail', actions.fail],
    ['expire', actions.expire],
  ] as const;
  return [
    { method: 'GET', path: '/_sandbox/invoices', handle: () => json(200, { data: invoices.all() }) },
    { method: 'GET', path: '/_sandbox/deliveries', handle: () => json(200, { data: deliveries.all() }) },
    ...kinds.map(
      ([kind, act]): Route => ({
        method: 'POST',
        path: `/_sandbox/invoices/:reference/${kind}`,
        async handle(call) {
          const options = inShape(actionShape, jsonBody(call) ?? {});
          return json(200, { data: await act(param(call, 'reference'), options) });
        },
      }),
    ),
    {
      method: 'POST',
      path: '/_sandbox/invoices/:reference/resend',
      async handle(call) {
        const options = inShape(resendShape, jsonBody(call) ?? {});
        return json(200, { data: await actions.resend(param(call, 'reference'), options) });
      },
    },
  ];
}
