import { parseArgs } from 'node:util';
import { parseAmount } from '../kernel/amount.ts';
import { type Signed, signed } from '../operators/index.ts';
import type { Sums } from '../payments/index.ts';
import { UsageError } from './command.ts';
import { one, SIGNATURE } from './orders-usage.ts';

interface MoneyCommand {
  number: string;
  /** The sums that the operator saw; undefined if none is named. */
  received: Sums | undefined;
  isDryRun: boolean;
  isJson: boolean;
  by: Signed;
}

/** A decision about the money of an order. A dry run changes nothing, so it is neither signed nor recorded in the trail. */
export type ApproveCommand = MoneyCommand & { verb: 'approve' };
export type GiveBackCommand = Omit<MoneyCommand, 'received'> & {
  verb: 'given-back';
  sum: { amount: string; currency: string };
  reference: string;
  givenOn: string | undefined;
  channel: 'PROVIDER' | 'TRANSFER';
};
export type RefundCommand = MoneyCommand & { verb: 'refund'; takeBack: ReadonlyMap<string, bigint> };

const FLAG = { type: 'boolean', default: false } as const;
const SEVERAL = { type: 'string', multiple: true } as const;
const OPTIONS = { ...SIGNATURE, received: SEVERAL, 'dry-run': FLAG, json: FLAG } as const;
const UNSIGNED: Signed = { actor: 'nobody', reason: 'dry run' };

export function parseApprove(args: string[]): ApproveCommand {
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  return { verb: 'approve', ...moneyCommand(positionals, values) };
}

export function parseRefund(args: string[]): RefundCommand {
  const options = { ...OPTIONS, 'take-back': SEVERAL } as const;
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options });
  return { verb: 'refund', ...moneyCommand(positionals, values), takeBack: quantities(values['take-back'] ?? []) };
}

export function parseGivenBack(args: string[]): GiveBackCommand {
  const text = { type: 'string' } as const;
  const money = { amount: text, reference: text, on: text, 'by-transfer': FLAG } as const;
  const options = { ...SIGNATURE, 'dry-run': FLAG, json: FLAG, ...money } as const;
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options });
  const { received: _, ...common } = moneyCommand(positionals, values);
  const { amount = '', reference = '', on: givenOn } = values;
  const sum = readSum(amount, '--amount');
  if (/^0/.test(sum.amount) && !/[1-9]/.test(sum.amount)) throw new UsageError('--amount must be above 0.');
  if (!/^[\w./:#-][\w ./:#-]{0,99}$/.test(reference))
    throw new UsageError('--reference must name the give-back, in 1 to 100 letters, digits, blanks or . / : # - _');
  if (givenOn !== undefined && (!/^\d{4}-\d{2}-\d{2}$/.test(givenOn) || Number.isNaN(Date.parse(givenOn))))
    throw new UsageError(`--on must be a day such as 2026-11-22, not ${givenOn}.`);
  const channel = values['by-transfer'] ? 'TRANSFER' : 'PROVIDER';
  return { verb: 'given-back', ...common, sum, reference, givenOn, channel };
}

interface Values {
  actor?: string;
  reason?: string;
  received?: string[];
  'dry-run': boolean;
  json: boolean;
}

function moneyCommand(positionals: readonly string[], values: Values): MoneyCommand {
  const { received, 'dry-run': isDryRun, json: isJson } = values;
  const by = isDryRun ? UNSIGNED : signed(values);
  return { number: one(positionals), received: received && sums(received), isDryRun, isJson, by };
}

/** Parses "999999", "Rp999.999" and "USD 61.25". */
function sums(texts: readonly string[]): Sums {
  const byCurrency = new Map([['IDR', '0']]);
  for (const text of texts) {
    const { amount, currency } = readSum(text, '--received');
    if (byCurrency.get(currency) !== undefined && byCurrency.get(currency) !== '0')
      throw new UsageError(`--received names ${currency} twice: name each currency once.`);
    byCurrency.set(currency, amount);
  }
  return byCurrency;
}

function readSum(text: string, option: string): { amount: string; currency: string } {
  const [, dotted] = /^(?:Rp)?(0|[1-9]\d{0,2}(?:\.\d{3})*|[1-9]\d{3,15})$/.exec(text) ?? [];
  const [, currency = 'IDR', digits = ''] = /^([A-Z]{3}) (\S+)$/.exec(text) ?? [];
  const amount = dotted === undefined ? parseAmount(digits, currency) : parseAmount(dotted.replaceAll('.', ''), 'IDR');
  if (amount !== undefined) return { amount: amount.text, currency: amount.currency };
  throw new UsageError(
    `${option} must be a sum in rupiah such as 999999 or Rp999.999, or one such as "USD 61.25", not ${JSON.stringify(text)}.`,
  );
}

/** Parses "muv=500" as 500 units of muv. */
function quantities(texts: readonly string[]): ReadonlyMap<string, bigint> {
  const pairs = texts.map((text): [string, bigint] => {
    const [, code, units] = /^([\w-]+)=(\d{1,16})$/.exec(text) ?? [];
    if (code === undefined || units === undefined) {
      throw new UsageError(`--take-back must be CODE=UNITS, such as muv=500, not ${text}.`);
    }
    return [code, BigInt(units)];
  });
  const byCode = new Map(pairs);
  if (byCode.size < pairs.length) throw new UsageError('--take-back names a quota twice: add its units up.');
  return byCode;
}
