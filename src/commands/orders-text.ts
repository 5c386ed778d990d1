import type { CorrectedLine } from '../fulfilment/index.ts';
import { formatRupiah } from '../kernel/money.ts';
import {
  type CancelledOrder,
  describeSums,
  type Finding,
  type ListedException,
  type OrderReport,
} from '../operators/index.ts';
import { reviewReasonOf, type TopupOrder } from '../orders/index.ts';
import type { OrderGiveBack, OrderPayment } from '../payments/index.ts';
import { ageOf } from './orders-json.ts';

/** An amount is null if it is not known, or is not in rupiah: the detail then names it. */
function money(amount: bigint | null, currency: string): string {
  if (amount === null) return currency === 'IDR' ? '-' : currency;
  return currency === 'IDR' ? formatRupiah(amount) : `${currency} ${amount}`;
}

const at = (instant: Date | null) => instant?.toISOString() ?? '-';

export function describeOrder(order: TopupOrder): string {
  const { number, status, organizationId, organizationName, total, createdAt } = order;
  return `${number}  ${status.padEnd(15)}  ${formatRupiah(total).padStart(16)}  ${at(createdAt)}  ${organizationId} ${organizationName}`;
}

/** Writes an age in its largest two units: "3 d 4 h". */
function describeAge(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

export function describeOpenPayment(payment: ListedException, now: Date): string {
  const { stillToGiveBack: still } = payment;
  const back = still === null ? '' : `  still to be given back ${formatRupiah(still)}`;
  const { id, outcome, orderNumber, amount, currency, receivedAt, invoiceId, detail } = payment;
  return `${id}  ${outcome.padEnd(19)}  ${orderNumber}  ${money(amount, currency)}  invoice ${invoiceId || '-'}  received ${at(receivedAt)}  ${describeAge(ageOf(payment, now))} ago${detail === null ? '' : `  ${detail}`}${back}`;
}

/** The next step for each kind of difference that is left. docs/operations.md 9 has the same table. */
const TO_DO: Record<Finding['kind'], string> = {
  order_unknown:
    'Give the money back or void the invoice at Mekari Pay, have accounting cancel the PI, then close the exception.',
  payment_not_credited:
    'See `npm run orders -- show` and `exceptions`: have the buyer confirm it again, approve it, or give the money back.',
  pi_not_stored: 'Ask accounting for what the PI is; `npm run orders -- retry` books a PAID order.',
  sums_differ: 'See `npm run orders -- show`: refund the difference, or agree on it with the buyer and accounting.',
  not_compared: 'Look at it at Mekari Pay and Moderator, and run the command again.',
};

export function describeFinding({ kind, orderNumber, detail, isMended }: Finding): string[] {
  const state = isMended ? 'mended' : 'TO MEND';
  return [`${state}  ${orderNumber}  ${kind}: ${detail}`, ...(isMended ? [] : [`         ${TO_DO[kind]}`])];
}

export function describeCancelled({ order, invoices }: CancelledOrder): string[] {
  const { number, paymentInvoiceId } = order;
  const facts = [
    ...(invoices?.isLost ? [`Mekari Pay does not know its invoice ${paymentInvoiceId}`] : []),
    ...(invoices?.voided ?? []).map((id) => `invoice ${id} is void`),
  ];
  return [`${number} is CANCELLED${facts.length === 0 ? '' : `: ${facts.join(', ')}`}`];
}

export function describeCorrected({ order, corrected }: { order: TopupOrder; corrected: readonly CorrectedLine[] }) {
  const lines = corrected.map(({ line, from, to }) => `  line ${line}: ${from ?? 'no code'} → ${to}`);
  return [`${order.number} is booked again now, under other package codes`, ...lines];
}

type Part<Name extends keyof OrderReport> = OrderReport[Name] extends readonly (infer Row)[] ? Row : never;

function describeLine(line: Part<'lines'>, index: number): string {
  const price = `${line.quantity} × ${formatRupiah(line.unitPrice)} = ${formatRupiah(line.amount)}`;
  return `${index + 1}  ${line.kind}  ${line.quotaCode}  package ${line.packageCode ?? '-'}  ${price}  credits ${line.credits}`;
}

function describeStep(step: Part<'timeline'>): string {
  const by = step.actor === null ? '' : `  by ${step.actor}`;
  const why = step.reason === null ? '' : `: ${step.reason}`;
  return `${at(step.at)}  ${step.from ?? '–'} → ${step.to}  ${step.cause}${by}${why}`;
}

function describeNotice(event: Part<'inbox'>): string {
  const detail = event.detail === null ? '' : `  ${event.detail}`;
  const refunded = event.refunded === null ? '' : `  given back ${formatRupiah(event.refunded)}`;
  const invoice = `invoice ${event.invoiceId || '-'}  by ${event.source}`;
  return `${at(event.receivedAt)}  ${event.outcome}  ${event.type}  ${money(event.amount, event.currency)}${refunded}  ${invoice}${detail}`;
}

const describeEntry = (entry: Part<'entries'>) =>
  `${at(entry.createdAt)}  ${entry.kind}  ${entry.quotaCode}  ${entry.quantity}`;

const describeMail = (mail: Part<'mails'>) =>
  `${at(mail.sentAt)}  ${mail.kind}${mail.sending > 1 ? `  sending ${mail.sending}` : ''}`;

function describeUnsentMail({ kind, status, hint, reason, notedAt }: Part<'unsentMails'>): string {
  const to = status === 'NO_CONTACT' ? 'nobody to write to' : hint;
  return `${at(notedAt)}  ${kind}  ${status}  ${to}${reason === null ? '' : `  ${reason}`}`;
}

function describeJob(job: Part<'jobs'>): string {
  const state = job.running ? 'running' : `next ${at(job.runAt)}`;
  const error = job.lastError === null ? '' : `  ${job.lastError.split('\n')[0]}`;
  return `${job.id}  ${job.task}  attempts ${job.attempts}/${job.maxAttempts}  ${state}${error}`;
}

/** Describes an order and everything that is stored about it, section by section. Leaves out empty sections. */
export function describeReport(report: OrderReport): string[] {
  const { order, money: sums } = report;
  const { still } = sums.giveBack;
  const back = still === 0n ? '' : `  to be given back ${formatRupiah(still)}`;
  const reason = reviewReasonOf(order);
  const review = reason === null ? '' : `  review ${reason}`;
  return [
    describeOrder(order),
    `  id ${order.id}  correlation ${order.correlationId}`,
    `  confirmed ${at(order.confirmedAt)}  to be paid until ${at(order.paymentExpiresAt)}  invoice ${order.paymentInvoiceId ?? '-'}`,
    `  paid ${at(order.paidAt)}  completed ${at(order.completedAt)}  paid PI ${order.paidInvoiceNumber ?? '-'}`,
    `  asked ${formatRupiah(sums.asked)}  received ${describeSums(sums.received)}  outstanding ${formatRupiah(sums.outstanding)}${back}${review}`,
    ...describeWithheld(order),
    ...section('lines', report.lines.map(describeLine)),
    ...section('timeline', report.timeline.map(describeStep)),
    ...section('payments', sums.steps.map(describePayment)),
    ...section('given back by hand', sums.records.map(describeGiveBack)),
    ...section('notices and results', report.inbox.map(describeNotice)),
    ...section('ledger', report.entries.map(describeEntry)),
    ...section('mails', report.mails.map(describeMail)),
    ...section('mails that were not sent', report.unsentMails.map(describeUnsentMail)),
    ...section('jobs', report.jobs.map(describeJob)),
  ];
}

/** The tax that the buyer kept back, and its slip; no line for an order without. */
function describeWithheld(order: TopupOrder): string[] {
  const { withheldTotal, withholdingSlipNumber: number, withholdingSlipDate: date, taxInvoiceNumber } = order;
  if (withheldTotal === 0n) return [];
  const dated = date === null ? '' : ` of ${date}`;
  const slip = number === null ? 'none yet' : `${number}${dated}`;
  return [`  withheld ${formatRupiah(withheldTotal)}  slip ${slip}  tax invoice ${taxInvoiceNumber ?? '-'}`];
}

function describePayment(step: OrderPayment): string {
  const { kind, amount, originalAmount, originalCurrency, method, invoiceId, receivedAt } = step;
  const sum = amount === null ? `${originalCurrency} ${originalAmount}` : formatRupiah(amount);
  const channel = method === null ? '' : `  by ${method}`;
  return `${at(receivedAt)}  ${kind}  ${sum}${channel}  invoice ${invoiceId}`;
}

function describeGiveBack({ originalAmount, originalCurrency, ...record }: OrderGiveBack): string {
  const way = record.channel === 'TRANSFER' ? '  by transfer' : '';
  const sum = describeSums(new Map([[originalCurrency, originalAmount]]));
  return `${record.givenOn}  ${sum}${way}  reference ${record.reference}  by ${record.actor}  recorded ${at(record.recordedAt)}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${line}`)];
}
