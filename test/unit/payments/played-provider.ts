import { invoice as invoiceShape } from '../../../src/clients/mekari-pay/invoices.ts';
import { parseWebhookBody } from '../../../src/clients/mekari-pay/webhook-body.ts';
import type { Invoice, InvoiceStatus } from '../../../src/payments/provider.ts';
import type { ProviderNotice } from '../../../src/payments/rules/decide-payment.ts';

/** The truth at Mekari Pay about one order's invoices, told in the wire's own bytes. */

export const PAYABLE = 1000n;
export const NUMBER = 'TU-261122-7K3M-9QXE';
const PAID_AT = Date.parse('2026-11-22T10:05:00Z');
export const CONFIRMED_AT = new Date('2026-11-22T10:00:00Z');
export const RECEIVED_AT = new Date('2026-11-22T10:06:00Z');

/** The order's own invoice, a former one, and a former one that is paid in dollars. */
export type InvoiceName = 'own' | 'former' | 'dollars';
export interface InvoiceState {
  paid: bigint;
  refunded: bigint;
  status: InvoiceStatus;
}
export type Truth = Readonly<Record<InvoiceName, Readonly<InvoiceState>>>;

const fresh: InvoiceState = { paid: 0n, refunded: 0n, status: 'pending' };
export const NOTHING_PAID: Truth = { own: fresh, former: fresh, dollars: fresh };

export type Act =
  | { do: 'pay'; invoice: InvoiceName; amount: bigint }
  | { do: 'refund' | 'refund a part' | 'chargeback' | 'expire' | 'fail' | 'view' };

/** The members of an event or an answer. Amounts are whole; `style` decides how they are written. */
interface Told {
  kind: string;
  type: string;
  invoice: InvoiceName;
  /** undefined if the event names no sum. */
  paid: bigint | undefined;
  refunded: bigint | undefined;
}
export type Notice = Told;

/** The effect of one act, and the event that the provider sends about it; undefined if it is not possible. */
export function happen(truth: Truth, act: Act): { truth: Truth; notice: Notice } | undefined {
  if (act.do === 'pay') return paidBy(truth, act.invoice, act.amount);
  const { own } = truth;
  const told = { invoice: 'own', paid: undefined, refunded: undefined } as const;
  if (act.do === 'refund' || act.do === 'chargeback') {
    if (own.paid === 0n || own.status === 'refunded') return undefined;
    const after = { ...truth, own: { ...own, refunded: own.paid, status: 'refunded' as const } };
    const refunded = act.do === 'refund' ? own.paid : undefined;
    const type = act.do === 'refund' ? 'invoice.refunded' : 'invoice.chargeback';
    return { truth: after, notice: { ...told, kind: act.do, type, refunded } };
  }
  if (act.do === 'refund a part') {
    if (own.paid <= own.refunded + 1n || own.status === 'refunded') return undefined;
    const refunded = own.refunded + 1n;
    const notice = { ...told, kind: act.do, type: 'invoice.refunded', refunded };
    return { truth: { ...truth, own: { ...own, refunded } }, notice };
  }
  const type = { expire: 'invoice.expired', fail: 'invoice.failed', view: 'invoice.viewed' }[act.do];
  return { truth, notice: { ...told, kind: act.do, type } };
}

function paidBy(truth: Truth, invoice: InvoiceName, amount: bigint) {
  const before = truth[invoice];
  if (before.status === 'refunded') return undefined;
  const paid = before.paid + amount;
  const isWhole = paid >= PAYABLE;
  const after = { ...truth, [invoice]: { ...before, paid, status: isWhole ? 'paid' : 'partially_paid' } } as Truth;
  const sum = paid === PAYABLE ? 'the sum' : isWhole ? 'too much' : 'a part';
  const kind = invoice === 'dollars' ? 'dollars' : `${invoice}: ${sum}`;
  const type = isWhole ? 'invoice.paid' : 'invoice.partially_paid';
  const refunded = before.refunded === 0n ? undefined : before.refunded;
  return { truth: after, notice: { kind, type, invoice, paid, refunded } };
}

/** One way of writing values, as providers differ in it. */
export interface Style {
  amounts: 'number' | 'decimal' | 'text' | 'decimal text';
  /** Milliseconds that this telling of the time is off. */
  offBy: number;
  times: 'UTC' | 'Jakarta' | 'no offset' | 'a space and no offset';
  /** Leaves out `paid_amount` where the event's `amount` then stands for it, or the sum is unknown. */
  omitsPaid: boolean;
}

function amountIn({ amounts }: Style, amount: bigint): string {
  const digits = String(amount);
  return { number: digits, decimal: `${digits}.0`, text: `"${digits}"`, 'decimal text': `"${digits}.00"` }[amounts];
}

function timeIn({ times, offBy }: Style): string {
  const local = new Date(PAID_AT + offBy + 7 * 3_600_000).toISOString().slice(0, -1);
  return {
    UTC: new Date(PAID_AT + offBy).toISOString(),
    Jakarta: `${local}+07:00`,
    'no offset': local,
    'a space and no offset': local.replace('T', ' '),
  }[times];
}

/** Reads an event as the webhook does. */
export function readNotice({ type, invoice, paid, refunded }: Notice, style: Style): ProviderNotice {
  const says = paid !== undefined && !(style.omitsPaid && invoice !== 'dollars');
  const asked = style.omitsPaid && type === 'invoice.paid' ? (paid ?? PAYABLE) : PAYABLE;
  const body = `{"type":"${type}","data":{"invoice_id":"${invoice}","external_id":"${NUMBER}","currency":"IDR",
    "amount":${amountIn(style, asked)},"paid_at":"${timeIn(style)}"
    ${says ? `,"paid_amount":${amountIn(style, paid)}` : ''}
    ${invoice === 'dollars' ? ',"paid_currency":"USD"' : ''}
    ${refunded === undefined ? '' : `,"refunded_amount":${amountIn(style, refunded)}`}}}`;
  const parsed = parseWebhookBody(Buffer.from(body));
  if ('fault' in parsed) throw new Error(parsed.fault);
  return { ...parsed.notice, provider: 'mekari-pay' };
}

/** Reads the provider's answer as the client does. */
export function readAnswer(truth: Truth, style: Style): Invoice[] {
  return (Object.entries(truth) as [InvoiceName, InvoiceState][]).map(([id, { paid, refunded, status }]) =>
    invoiceShape.parse(
      JSON.parse(`{"id":"${id}","external_id":"${NUMBER}","status":"${status}","currency":"IDR",
        "amount":${amountIn(style, PAYABLE)},"paid_amount":${amountIn(style, paid)},
        ${id === 'dollars' ? '"paid_currency":"USD",' : ''}
        "refunded_amount":${amountIn(style, refunded)}${paid === 0n ? '' : `,"paid_at":"${timeIn(style)}"`}}`),
    ),
  );
}

export const grossOf = ({ own, former }: Truth): bigint => own.paid + former.paid;
export const netOf = (truth: Truth): bigint => grossOf(truth) - truth.own.refunded;

/** Names the kind of answer that the provider gives now: one of ANSWER_KINDS. */
export function answerKind(truth: Truth): string {
  if (truth.dollars.paid > 0n) return 'dollars';
  const [gross, net] = [grossOf(truth), netOf(truth)];
  if (gross === 0n) return 'nothing';
  if (net === 0n) return 'all given back';
  if (net < gross) return 'a part given back';
  return net < PAYABLE ? 'less' : net === PAYABLE ? 'the sum' : 'more';
}
export const ANSWER_KINDS = ['nothing', 'less', 'the sum', 'more', 'a part given back', 'all given back', 'dollars'];
export const NOTICE_KINDS = [
  'own: a part',
  'own: the sum',
  'own: too much',
  'former: a part',
  'former: the sum',
  'former: too much',
  'dollars',
  'refund',
  'refund a part',
  'chargeback',
  'expire',
  'fail',
  'view',
];
