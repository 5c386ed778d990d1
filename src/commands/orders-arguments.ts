import { parseArgs } from 'node:util';
import type { CodeChange } from '../fulfilment/index.ts';
import { isLabel } from '../kernel/label.ts';
import { OperatorRefusal, type Signed, signed } from '../operators/index.ts';
import { ORDER_STATUSES, type OrderStatus } from '../orders/index.ts';
import { UsageError } from './command.ts';

export const USAGE = `Usage: npm run orders -- list [--status STATUS]... [--organization ID] [--limit N]
       npm run orders -- show NUMBER
       npm run orders -- approve NUMBER --actor NAME --reason TEXT
       npm run orders -- refund NUMBER [--take-back CODE=UNITS]... --actor NAME --reason TEXT
       npm run orders -- cancel NUMBER --actor NAME --reason TEXT
       npm run orders -- rebook NUMBER [--package-code OLD=NEW]... [--line N=CODE]... --actor NAME --reason TEXT
       npm run orders -- rebook NUMBER --booked-as PI --actor NAME --reason TEXT
       npm run orders -- retry NUMBER [--mail] --actor NAME --reason TEXT
       npm run orders -- exceptions
       npm run orders -- exceptions close ID --actor NAME --reason TEXT`;

/** A request that changes something is signed. */
export type OrdersDecision =
  | { verb: 'approve'; number: string; by: Signed }
  | { verb: 'refund'; number: string; takeBack: ReadonlyMap<string, bigint>; by: Signed }
  | { verb: 'cancel'; number: string; by: Signed }
  | { verb: 'rebook'; number: string; changes: readonly CodeChange[]; by: Signed }
  | { verb: 'rebook'; number: string; piNumber: string; by: Signed }
  | { verb: 'retry'; number: string; mail: boolean; by: Signed }
  | { verb: 'close'; id: string; by: Signed };

export type OrdersQuestion =
  | { verb: 'list'; statuses: readonly OrderStatus[]; organizationId: string | undefined; limit: number }
  | { verb: 'show'; number: string }
  | { verb: 'exceptions' };

const SIGNATURE = { actor: { type: 'string' }, reason: { type: 'string' } } as const;
const DEFAULT_LIMIT = '50';

/** Throws UsageError for a call that USAGE does not list. */
export function parseOrdersCommand(args: readonly string[]): OrdersQuestion | OrdersDecision {
  try {
    return parse(args);
  } catch (error) {
    if (error instanceof OperatorRefusal || (error instanceof TypeError && 'code' in error)) {
      throw new UsageError(`${error.message}\n${USAGE}`);
    }
    throw error;
  }
}

function parse([verb, ...rest]: readonly string[]): OrdersQuestion | OrdersDecision {
  const args = [...rest];
  switch (verb) {
    case 'list':
      return list(args);
    case 'show':
      return { verb, number: one(parseArgs({ args, allowPositionals: true }).positionals) };
    case 'approve':
    case 'cancel': {
      const { positionals, values } = parseArgs({ args, allowPositionals: true, options: SIGNATURE });
      return { verb, number: one(positionals), by: signed(values) };
    }
    case 'refund': {
      const options = { ...SIGNATURE, 'take-back': { type: 'string', multiple: true } } as const;
      const { positionals, values } = parseArgs({ args, allowPositionals: true, options });
      return { verb, number: one(positionals), takeBack: quantities(values['take-back'] ?? []), by: signed(values) };
    }
    case 'rebook':
      return rebook(args);
    case 'retry': {
      const options = { ...SIGNATURE, mail: { type: 'boolean' } } as const;
      const { positionals, values } = parseArgs({ args, allowPositionals: true, options });
      return { verb, number: one(positionals), mail: values.mail === true, by: signed(values) };
    }
    case 'exceptions': {
      const { positionals, values } = parseArgs({ args, allowPositionals: true, options: SIGNATURE });
      const [close, ...ids] = positionals;
      if (close === undefined && Object.keys(values).length === 0) return { verb };
      if (close !== 'close') throw new UsageError(USAGE);
      return { verb: 'close', id: one(ids), by: signed(values) };
    }
    default:
      throw new UsageError(USAGE);
  }
}

function rebook(args: string[]): OrdersDecision {
  const options = {
    ...SIGNATURE,
    'package-code': { type: 'string', multiple: true },
    line: { type: 'string', multiple: true },
    'booked-as': { type: 'string' },
  } as const;
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options });
  const number = one(positionals);
  const changes = [...(values['package-code'] ?? []).map(renaming), ...(values.line ?? []).map(lineCode)];
  const piNumber = values['booked-as'];
  if ((piNumber === undefined) === (changes.length === 0)) {
    throw new UsageError(
      `Give new package codes (--package-code, --line), or the PI (--booked-as), not both.\n${USAGE}`,
    );
  }
  const by = signed(values);
  return piNumber === undefined
    ? { verb: 'rebook', number, changes, by }
    : { verb: 'rebook', number, piNumber: label(piNumber), by };
}

/** Parses "MUV=MUV_2027". */
function renaming(text: string): CodeChange {
  const [from = '', to = '', ...more] = text.split('=');
  if (from === '' || to === '' || more.length > 0)
    throw new UsageError(`--package-code must be OLD=NEW, such as MUV=MUV_2027, not ${text}.`);
  return { from, to: label(to) };
}

/** Parses "2=MUV_2027". */
function lineCode(text: string): CodeChange {
  const [, line, to] = /^([1-9]\d{0,2})=([^=]+)$/.exec(text) ?? [];
  if (line === undefined || to === undefined)
    throw new UsageError(`--line must be N=CODE, such as 2=MUV_2027, not ${text}: \`show\` numbers the lines.`);
  return { line: Number(line), to: label(to) };
}

function label(text: string): string {
  if (isLabel(text, 100)) return text;
  throw new UsageError(`A code or number must be 1 to 100 printable characters, not ${JSON.stringify(text)}.`);
}

function list(args: string[]): OrdersQuestion {
  const options = {
    status: { type: 'string', multiple: true },
    organization: { type: 'string' },
    limit: { type: 'string', default: DEFAULT_LIMIT },
  } as const;
  const { status = [], organization, limit } = parseArgs({ args, options }).values;
  const unknown = status.filter((name) => !(ORDER_STATUSES as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new UsageError(`There is no status ${unknown.join(', ')}: use ${ORDER_STATUSES.join(', ')}.`);
  }
  if (!/^[1-9]\d{0,3}$/.test(limit)) throw new UsageError(`--limit must be a number from 1 to 9999, not ${limit}.`);
  return { verb: 'list', statuses: status as OrderStatus[], organizationId: organization, limit: Number(limit) };
}

function one(positionals: readonly string[]): string {
  const [only, ...more] = positionals;
  if (only === undefined || more.length > 0) throw new UsageError(USAGE);
  return only;
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
