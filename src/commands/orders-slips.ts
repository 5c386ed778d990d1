import type { DataSource } from 'typeorm';
import { systemClock as clock } from '../kernel/clock.ts';
import { csvRow } from '../kernel/csv.ts';
import { jakartaDate } from '../kernel/jakarta.ts';
import { formatRupiah } from '../kernel/money.ts';
import { recordSlip } from '../operators/index.ts';
import { type AwaitedSlip, awaitedSlips } from '../orders/index.ts';
import { print, toJson } from './command.ts';
import type { SlipCommand, SlipsQuestion } from './orders-requests.ts';

const OUTCOMES = { RECORDED: 'is recorded', CORRECTED: 'is corrected', UNCHANGED: 'was recorded before' } as const;

/** Records a slip, or shows what that would do, and returns the lines that report it. */
export async function slip(request: SlipCommand, database: DataSource): Promise<readonly string[]> {
  const { number, slipNumber, isDryRun, isJson, by, ...values } = request;
  const recorded = await recordSlip({ database, clock }, number, { number: slipNumber, isDryRun, ...values, ...by });
  const { order, slip, before, outcome } = recorded;
  if (isJson) return [toJson({ number, isDryRun, outcome, withheld: order.withheldTotal, slip, before })];
  const dated = slip.date === null ? '' : ` of ${slip.date}`;
  return [
    `${number}: withholding slip ${slip.number}${dated} ${OUTCOMES[outcome]}`,
    `  withheld           ${formatRupiah(order.withheldTotal)}`,
    ...(slip.taxInvoiceNumber === null ? [] : [`  tax invoice        ${slip.taxInvoiceNumber}`]),
    ...(outcome === 'CORRECTED' && before !== null ? [`  before             ${before.number}`] : []),
    ...(isDryRun ? ['Dry run: nothing was changed.'] : []),
  ];
}

type Facts = Omit<AwaitedSlip, 'id'>;
const HEADER = ['order_number', 'organization_id', 'organization_name', 'withheld', 'paid_on'];

/** Prints the slips that are awaited, while they are read. */
export async function slips({ organizationId, isCsv, isJson }: SlipsQuestion, database: DataSource): Promise<void> {
  if (isCsv) process.stdout.write(csvRow(HEADER));
  let [count, withheld] = [0, 0n];
  const document: Facts[] = [];
  for await (const { id: _, ...each } of awaitedSlips(database, organizationId)) {
    [count, withheld] = [count + 1, withheld + each.withheld];
    if (isJson) document.push(each);
    else if (isCsv) process.stdout.write(csvRow(cells(each)));
    else print(describe(each));
  }
  if (isJson) print(toJson(document));
  else if (!isCsv) print(`${count} awaited, ${formatRupiah(withheld)}`);
}

const cells = ({ number, organizationId, organizationName, withheld, paidAt }: Facts) => [
  number,
  organizationId,
  organizationName,
  withheld,
  jakartaDate(paidAt),
];

const describe = ({ number, organizationId, organizationName, withheld, paidAt }: Facts) =>
  `${number}  ${formatRupiah(withheld).padStart(16)}  paid on ${jakartaDate(paidAt)}  ${organizationId} ${organizationName}`;
