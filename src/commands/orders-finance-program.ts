import type { Command } from 'commander';
import { day, label, month } from './option-values.ts';
import { orderCommand } from './order-command.ts';
import type { Carry } from './orders-requests.ts';
import { JSON_OPTION, type JsonOption, UsageError } from './program.ts';
import { DRY_RUN_OPTION, type Signature, sign, signatureUnlessDry } from './signature.ts';

interface SlipOptions extends Signature, JsonOption {
  number: string;
  taxInvoice?: string;
  date?: string;
  dryRun?: boolean;
}
interface SlipsOptions extends JsonOption {
  organization?: string;
  csv?: boolean;
}

/** The commands of finance: slip, slips and report. */
export function addFinanceCommands(program: Command, carry: Carry): void {
  sign(orderCommand(program, 'slip', 'record the withholding slip of an order whose buyer kept tax back'))
    .requiredOption('--number <number>', 'the number of the slip (bukti potong)', label)
    .option('--tax-invoice <number>', 'the number of the tax invoice (faktur pajak)', label)
    .option('--date <date>', 'the day on the slip, such as 2026-11-22', day('--date'))
    .option(...DRY_RUN_OPTION)
    .option(...JSON_OPTION)
    .action((order: string, { json: isJson = false, dryRun: isDryRun = false, ...options }: SlipOptions) => {
      const { number: slipNumber, taxInvoice: taxInvoiceNumber, date } = options;
      const by = signatureUnlessDry(options, isDryRun);
      return carry({ verb: 'slip', number: order, slipNumber, taxInvoiceNumber, date, isDryRun, isJson, by });
    });
  program
    .command('slips')
    .description('paid orders whose withholding slip is awaited, the longest first')
    .option('--organization <id>', 'only orders of this organization')
    .option('--csv', 'print CSV (RFC 4180)')
    .option(...JSON_OPTION)
    .action(({ organization: organizationId, csv: isCsv = false, json: isJson = false }: SlipsOptions) => {
      if (isCsv && isJson) throw new UsageError('Give --csv or --json, not both.');
      return carry({ verb: 'slips', organizationId, isCsv, isJson });
    });
  program
    .command('report')
    .description('money received and given back in a month, by day and method, as CSV (RFC 4180)')
    .requiredOption('--month <month>', 'a month of Jakarta, such as 2026-11', month)
    .option(...JSON_OPTION)
    .action(({ month, json: isJson = false }: JsonOption & { month: string }) =>
      carry({ verb: 'report', month, isJson }),
    );
}
