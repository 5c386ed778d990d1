import type { Command } from 'commander';
import type { Sums } from '../payments/index.ts';
import { day, received, reference, sum, takeBack } from './option-values.ts';
import { orderCommand } from './order-command.ts';
import type { Carry } from './orders-requests.ts';
import { JSON_OPTION, type JsonOption, UsageError } from './program.ts';
import { DRY_RUN_OPTION, type Signature, sign, signatureUnlessDry } from './signature.ts';

interface MoneyOptions extends Signature, JsonOption {
  received?: Sums;
  dryRun?: boolean;
}
type RefundOptions = MoneyOptions & { takeBack: ReadonlyMap<string, bigint> };
interface GiveBackOptions extends Omit<MoneyOptions, 'received'> {
  amount: { amount: string; currency: string };
  reference: string;
  on?: string;
  byTransfer?: boolean;
}

const RECEIVED = 'the sum that you saw, such as 999999 or "USD 61.25"; once for each currency';

/** The decisions about the money of an order: approve, refund, given-back. */
export function addMoneyCommands(program: Command, carry: Carry): void {
  moneyCommand(program, 'approve', 'credit an order under review')
    .option('--received <sum>', RECEIVED, received)
    .action((number: string, options: MoneyOptions) =>
      carry({ verb: 'approve', number, received: options.received, ...common(options) }),
    );
  moneyCommand(program, 'refund', 'end a paid order, and take back what is unused; moves no money')
    .option('--received <sum>', RECEIVED, received)
    .option('--take-back <code=units>', 'units of a quota to take back; may be repeated', takeBack, new Map())
    .action((number: string, options: RefundOptions) =>
      carry({ verb: 'refund', number, received: options.received, takeBack: options.takeBack, ...common(options) }),
    );
  moneyCommand(program, 'given-back', 'record money that was given back by hand')
    .requiredOption('--amount <sum>', 'the sum, such as 250000 or "USD 61.25"', sum('--amount'))
    .requiredOption('--reference <text>', 'what names the give-back at Mekari Pay or the bank', reference)
    .option('--on <date>', 'the day, such as 2026-11-22; today without it', day('--on'))
    .option('--by-transfer', 'by a bank transfer, not through Mekari Pay')
    .action((number: string, options: GiveBackOptions) => {
      const { amount: sum, reference, on: givenOn, byTransfer } = options;
      if (!/[1-9]/.test(sum.amount)) throw new UsageError('--amount must be above 0.');
      const channel = byTransfer ? 'TRANSFER' : 'PROVIDER';
      return carry({ verb: 'given-back', number, sum, reference, givenOn, channel, ...common(options) });
    });
}

function moneyCommand(program: Command, verb: string, description: string): Command {
  return sign(orderCommand(program, verb, description))
    .option(...DRY_RUN_OPTION)
    .option(...JSON_OPTION);
}

function common({
  dryRun: isDryRun = false,
  json: isJson = false,
  ...by
}: Signature & JsonOption & { dryRun?: boolean }) {
  return { isDryRun, isJson, by: signatureUnlessDry(by, isDryRun) };
}
