import type { DataSource } from 'typeorm';
import type { HubCore } from '../clients/hub-core.ts';
import { systemClock as clock } from '../kernel/clock.ts';
import { formatRupiah } from '../kernel/money.ts';
import {
  type ApprovedPayment,
  approvePayment,
  asOptions,
  type Decided,
  describeSums,
  outstandingExcessAt,
  type Refund,
  recordGiveBack,
  refundOrder,
} from '../operators/index.ts';
import { toJson } from './command.ts';
import type { CommandNeighbours } from './neighbours.ts';
import type { ApproveCommand, GiveBackCommand, RefundCommand } from './orders-requests.ts';

/** Approves a payment, or shows what that would do, and returns the lines that report it. */
export async function approve(
  { number, received, isDryRun, isJson, by }: ApproveCommand,
  database: DataSource,
  neighbours: CommandNeighbours,
): Promise<readonly string[]> {
  const parts = { database, clock, provider: () => neighbours.paymentProvider() };
  const approved = await approvePayment(parts, number, { received, isDryRun, ...by });
  if (isJson) return [asJson(approved, isDryRun)];
  const warning =
    'Another order carries the same excess: it is paid twice. Give its amount back, or agree on it with the buyer.';
  return [
    `${number} is PAID and credited; accounting books it next`,
    ...describeMoney(approved),
    ...(approved.excessPaidTwice ? [warning] : []),
    ...remarks(approved, isDryRun),
  ];
}

/**
 * Refunds an order, or shows what that would do. Connects to hub-core and Moderator only when they are asked: a refund of an order
 * under review works without them.
 */
export async function refund(
  { number, received, takeBack, isDryRun, isJson, by }: RefundCommand,
  database: DataSource,
  neighbours: CommandNeighbours,
): Promise<readonly string[]> {
  let hubCore: HubCore | undefined;
  const parts = {
    database,
    clock,
    provider: () => neighbours.paymentProvider(),
    moderator: () => neighbours.moderator(),
    outstandingExcess(organizationId: string, code: string) {
      hubCore ??= neighbours.hubCore();
      return outstandingExcessAt(hubCore, database)(organizationId, code);
    },
  };
  const refunded = await refundOrder(parts, number, { takeBack, received, isDryRun, ...by });
  if (isJson) return [asJson(refunded, isDryRun)];
  const units = [...takeBack].map(([code, quantity]) => `${quantity} of ${code}`).join(', ');
  const taken = units === '' ? [] : [row('taken back', `${units}, which had cost ${formatRupiah(refunded.amount)}`)];
  const next =
    refunded.toGiveBack > 0n || refunded.money.received.size > 1
      ? ['Give it back at Mekari Pay, and record it with `orders -- given-back`: this command moves no money.']
      : [];
  const rows = [...describeMoney(refunded, taken), ...describeBooking(refunded)];
  return [`${number} is REFUNDED`, ...rows, ...next, ...remarks(refunded, isDryRun)];
}

/** Accounting has a paid PI of an order that it booked, and nothing of any other. */
function describeBooking({ order: { paidAt, paidInvoiceNumber } }: Refund): readonly string[] {
  if (paidAt === null) return [];
  const pi =
    paidInvoiceNumber === null ? 'none: accounting does not book it' : `${paidInvoiceNumber}: have it corrected`;
  return [row('paid PI', pi)];
}

/** Records money that was given back by hand, or shows what that would do, and returns the lines that report it. */
export async function givenBack(
  { number, verb: _, isJson, by, ...request }: GiveBackCommand,
  database: DataSource,
  neighbours: CommandNeighbours,
): Promise<readonly string[]> {
  const parts = { database, clock, provider: () => neighbours.paymentProvider() };
  const { isDryRun } = request;
  const { record, isRepeat, closed, after, unread } = await recordGiveBack(parts, number, { ...request, ...by });
  const { returned, still } = after.giveBack;
  if (isJson) {
    const { asked, received } = after;
    const sums = { asked, received: Object.fromEntries(received), givenBack: returned, stillToGiveBack: still };
    return [toJson({ number, isDryRun, isRepeat, record, ...sums, closed, providerAnswerUnread: unread ?? null })];
  }
  const sum = describeSums(new Map([[record.originalCurrency, record.originalAmount]]));
  const state = isRepeat ? 'was recorded before' : 'is recorded';
  return [
    `${number}: ${sum} given back on ${record.givenOn} under ${record.reference} ${state}`,
    row('received', describeSums(after.received)),
    row('given back', formatRupiah(returned)),
    row('to be given back', formatRupiah(still)),
    ...(closed.length === 0 ? [] : [`Closes its exceptions: ${closed.join(', ')}`]),
    ...(isDryRun ? ['Dry run: nothing was changed.'] : []),
  ];
}

type Outcome = (ApprovedPayment | Refund) & Decided;

const row = (label: string, text: string) => `  ${label.padEnd(18)} ${text}`;

function describeMoney(
  { money, toGiveBack, writtenOff, ...outcome }: Outcome,
  taken: readonly string[] = [],
): readonly string[] {
  const returned = money.returned > 0n ? formatRupiah(money.returned) : 'a sum that nobody named';
  const foreign = 'amount' in outcome ? [...money.received].filter(([currency]) => currency !== 'IDR') : [];
  const back = [
    ...(toGiveBack > 0n || foreign.length === 0 ? [formatRupiah(toGiveBack)] : []),
    ...foreign.map(([currency, text]) => `${currency} ${text}`),
  ];
  const showsBack = 'amount' in outcome || toGiveBack > 0n;
  return [
    row('asked', formatRupiah(money.asked)),
    row('received', describeSums(money.received)),
    ...(money.isReturned ? [row('given back before', `${returned}, by Mekari Pay`)] : []),
    ...taken,
    ...(showsBack ? [row('to be given back', back.join(' and '))] : []),
    ...(writtenOff > 0n ? [row('written off', formatRupiah(writtenOff))] : []),
  ];
}

function remarks({ money, unread, closed }: Outcome, isDryRun: boolean): readonly string[] {
  return [
    ...(closed.length === 0 ? [] : [`Closes its exceptions: ${closed.join(', ')}`]),
    ...(unread === undefined
      ? []
      : [`Mekari Pay's answer could not be used (${unread}): the sums are those that were known before.`]),
    ...(isDryRun ? [`Dry run: nothing was changed. To do it, name the sum: ${asOptions(money.received)}`] : []),
  ];
}

/** The same facts as one document. */
function asJson({ order, money, unread, ...outcome }: Outcome, isDryRun: boolean): string {
  const { number, status, paidInvoiceNumber } = order;
  const { asked, received, returned, outstanding } = money;
  const sums = { asked, received: Object.fromEntries(received), returned, outstanding };
  return toJson({
    number,
    status,
    paidInvoiceNumber,
    isDryRun,
    ...sums,
    ...outcome,
    providerAnswerUnread: unread ?? null,
  });
}
