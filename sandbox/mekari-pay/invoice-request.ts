import { parseTimestamp } from '../clock.ts';
import { inShape, refuseIfAny } from '../server/route.ts';
import { type FieldFault, integer, listOf, object, oneOf, optional, text, timestamp, webUrl } from '../shape.ts';

export interface InvoiceItem {
  name: string;
  quantity: number;
  unit_price: number;
  amount: number;
}

/** A request for an invoice: whole rupiah, items that sum to the amount, expiry in the future. */
export interface InvoiceRequest {
  external_id: string;
  amount: number;
  currency: 'IDR';
  description: string;
  items: InvoiceItem[];
  customer: { id: string; name: string; email?: string | undefined };
  return_url: string;
  expires_at: string;
}

const requestShape = object<InvoiceRequest>({
  external_id: text,
  amount: integer(1),
  currency: oneOf('IDR'),
  description: text,
  items: listOf(
    object<InvoiceItem>({ name: text, quantity: integer(1), unit_price: integer(0), amount: integer(0) }),
    1,
  ),
  customer: object<InvoiceRequest['customer']>({ id: text, name: text, email: optional(text) }),
  return_url: webUrl,
  expires_at: timestamp,
});

/** Throws a Refusal (422) that names every wrong field. */
export function invoiceRequest(body: unknown, now: Date): InvoiceRequest {
  const request = inShape(requestShape, body);
  const faults = request.items.flatMap((item, index): FieldFault[] =>
    BigInt(item.quantity) * BigInt(item.unit_price) === BigInt(item.amount)
      ? []
      : [{ field: `items[${index}].amount`, message: 'is not quantity × unit_price' }],
  );
  const total = request.items.reduce((sum, item) => sum + BigInt(item.amount), 0n);
  if (total !== BigInt(request.amount))
    faults.push({ field: 'amount', message: `is not the sum of the items, ${total}` });
  if ((parseTimestamp(request.expires_at) ?? 0) <= now.getTime()) {
    faults.push({ field: 'expires_at', message: 'must be in the future' });
  }
  refuseIfAny(faults);
  return request;
}
