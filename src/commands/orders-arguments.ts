import { parseArgs } from 'node:util';
import { OperatorRefusal, type Signed, signed } from '../operators/index.ts';
import { ORDER_STATUSES, type OrderStatus } from '../orders/index.ts';
import { UsageError } from './command.ts';

export const USAGE = `Usage: npm run orders -- list [--status STATUS]... [--organization ID] [--limit N]
       npm run orders -- show NUMBER
       npm run orders -- approve NUMBER --actor NAME --reason TEXT
       npm run orders -- refund NUMBER [--take-back CODE=UNITS]... --actor NAME --reason TEXT
       npm run orders -- retry NUMBER [--mail] --actor NAME --reason TEXT
       npm run orders -- exceptions
       npm run orders -- exceptions close ID --actor NAME --reason TEXT`;

export type OrdersCommand =
  | { verb: 'list'; statuses: readonly OrderStatus[]; organizationId: string | undefined; limit: number }
  | { verb: 'show'; number: string }
  | { verb: 'approve'; number: string; by: Signed }
  | { verb: 'refund'; number: string; takeBack: ReadonlyMap<string, bigint>; by: Signed }
  | { verb: 'retry'; number: string; mail: boolean; by: Signed }
  | { verb: 'exceptions' }
  | { verb: 'close'; id: string; by: Signed };

const SIGNATURE = { actor: { type: 'string' }, reason: { type: 'string' } } as const;
const DEFAULT_LIMIT = '50';

/** Throws UsageError for a call that USAGE does not list. */
export function parseOrdersCommand(args: readonly string[]): OrdersCommand {
  try {
    return parse(args);
  } catch (error) {
    if (error instanceof OperatorRefusal || (error instanceof TypeError && 'code' in error)) {
      throw new UsageError(`${error.message}\n${USAGE}`);
    }
    throw error;
  }
}

function parse([verb, ...rest]: readonly string[]): OrdersCommand {
  const args = [...rest];
  switch (verb) {
    case 'list':
      return list(args);
    case 'show':
      return { verb, number: one(parseArgs({ args, allowPositionals: true }).positionals) };
    case 'approve': {
      const { positionals, values } = parseArgs({ args, allowPositionals: true, options: SIGNATURE });
      return { verb, number: one(positionals), by: signed(values) };
    }
    case 'refund': {
      const options = { ...SIGNATURE, 'take-back': { type: 'string', multiple: true } } as const;
      const { positionals, values } = parseArgs({ args, allowPositionals: true, options });
      return { verb, number: one(positionals), takeBack: quantities(values['take-back'] ?? []), by: signed(values) };
    }
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

function list(args: string[]): OrdersCommand {
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
