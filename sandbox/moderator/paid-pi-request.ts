import { inShape, refuseIfAny } from '../server/route.ts';
import { date, type FieldFault, integer, listOf, nullable, object, oneOf, optional, text } from '../shape.ts';

export interface PaidPiLine {
  package_id: string | null;
  package_code: string | null;
  quota_type: 'lifetime' | 'monthly' | 'contract';
  kind: 'TOPUP' | 'EXCESS';
  quantity: number;
  unit_price: number;
  amount: number;
  period_start: string;
  period_end: string | null;
  /** The amount without VAT, all VAT, and the tax that the buyer keeps back; left out for a line without taxes. */
  tax_base?: number | undefined;
  tax?: number | undefined;
  withheld?: number | undefined;
}

/** A booking: dates are days in Asia/Jakarta, amounts whole rupiah. */
export interface PaidPiRequest {
  organization_id: string;
  order_number: string;
  billing_version: string;
  active_from: string;
  paid_date: string;
  currency: 'IDR';
  amount: number;
  lines: PaidPiLine[];
}

const lineShape = object<PaidPiLine>({
  package_id: nullable(text),
  package_code: nullable(text),
  quota_type: oneOf('lifetime', 'monthly', 'contract'),
  kind: oneOf('TOPUP', 'EXCESS'),
  quantity: integer(1),
  unit_price: integer(0),
  amount: integer(0),
  period_start: date,
  period_end: nullable(date),
  tax_base: optional(integer(0)),
  tax: optional(integer(0)),
  withheld: optional(integer(0)),
});

const requestShape = object<PaidPiRequest>({
  organization_id: text,
  order_number: text,
  billing_version: text,
  active_from: date,
  paid_date: date,
  currency: oneOf('IDR'),
  amount: integer(1),
  lines: listOf(lineShape, 1),
});

function periodFault(line: PaidPiLine): string | undefined {
  const { kind, quota_type: quotaType, period_start: start, period_end: end } = line;
  if (end !== null && end < start) return 'is before period_start';
  if (kind === 'EXCESS') return undefined;
  if (quotaType === 'contract' && end === null) return 'is required for a contract top-up: the end of the contract';
  if (quotaType === 'monthly' && end === null) return 'is required for a monthly top-up: the end of the month';
  if (quotaType === 'lifetime' && end !== null) return 'must be null for a lifetime top-up';
  return undefined;
}

/** Sums in BigInt, because the product of two safe integers may not be safe. */
function sumFaults({ amount, lines }: PaidPiRequest): FieldFault[] {
  const faults = lines.flatMap((line, index): FieldFault[] =>
    BigInt(line.quantity) * BigInt(line.unit_price) === BigInt(line.amount)
      ? []
      : [{ field: `lines[${index}].amount`, message: 'is not quantity × unit_price' }],
  );
  const total = lines.reduce((sum, line) => sum + BigInt(line.tax_base ?? line.amount) + BigInt(line.tax ?? 0), 0n);
  return total === BigInt(amount)
    ? faults
    : [...faults, { field: 'amount', message: `is not the sum of the lines, ${total}` }];
}

/** Throws a Refusal (422) that names every field that accounting cannot book. */
export function paidPiRequest(body: unknown): PaidPiRequest {
  const request = inShape(requestShape, body);
  const periods = request.lines.flatMap((line, index) => {
    const message = periodFault(line);
    return message === undefined ? [] : [{ field: `lines[${index}].period_end`, message }];
  });
  refuseIfAny([...sumFaults(request), ...periods]);
  return request;
}
