import type { Clock } from '../clock.ts';
import { json, Refusal } from '../server/reply.ts';
import { type Call, inShape, jsonBody, param, queryOf, type Route } from '../server/route.ts';
import { object } from '../shape.ts';
import { idempotencyKeyOf } from '../signing/mekari-hmac.ts';
import { type Format, inFormat } from './format.ts';
import { invoicesSince } from './invoice-list.ts';
import { invoiceRequest } from './invoice-request.ts';
import type { Invoice, Invoices } from './invoices.ts';

/** Puts the pay page under the caller's host, which a proxy may have changed. */
function forCaller(call: Call, invoice: Invoice): Invoice {
  const host = call.headers.host ?? '';
  return host === '' ? invoice : { ...invoice, payment_url: `http://${host}${new URL(invoice.payment_url).pathname}` };
}

/** The interface that the product calls. */
export function invoiceRoutes(invoices: Invoices, clock: Clock, format: () => Format): Route[] {
  const shown = (call: Call, invoice: Invoice) => inFormat(forCaller(call, invoice), format());

  function list(call: Call) {
    const query = queryOf(call, ['external_id', 'since', 'after']);
    const [externalId, since] = [query.get('external_id') ?? '', query.get('since') ?? ''];
    if (externalId !== '') {
      return json(200, { data: invoices.byExternalId(externalId).map((invoice) => shown(call, invoice)) });
    }
    if (since === '') {
      const fields = [{ field: 'external_id', message: 'is required, or since' }];
      throw new Refusal(400, 'external_id_missing', 'external_id is required, or since', fields);
    }
    const visible = invoices.all().filter((invoice) => !invoices.isLost(invoice));
    const { data, next } = invoicesSince(visible, since, query.get('after'));
    return json(200, { data: data.map((invoice) => shown(call, invoice)), next });
  }

  return [
    {
      method: 'POST',
      path: '/api/v1/invoices',
      handle(call) {
        const request = invoiceRequest(jsonBody(call), clock());
        const { invoice, isNew } = invoices.create(request, idempotencyKeyOf(call));
        return json(isNew ? 201 : 200, { data: shown(call, invoice) });
      },
    },
    { method: 'GET', path: '/api/v1/invoices', handle: list },
    {
      method: 'GET',
      path: '/api/v1/invoices/:id',
      handle(call) {
        queryOf(call, []);
        return json(200, { data: shown(call, invoices.byId(param(call, 'id'))) });
      },
    },
    {
      method: 'POST',
      path: '/api/v1/invoices/:id/void',
      handle(call) {
        inShape(object({}), jsonBody(call) ?? {});
        return json(200, { data: shown(call, invoices.void(invoices.byId(param(call, 'id')))) });
      },
    },
  ];
}
