import { parseArgs } from 'node:util';
import { parseInstant } from '../kernel/instant.ts';
import { OperatorRefusal, type Signed, signed } from '../operators/index.ts';
import { ORDER_STATUSES, type OrderStatus } from '../orders/index.ts';
import { UsageError } from './command.ts';
import {
  type ApproveCommand,
  type GiveBackCommand,
  parseApprove,
  parseGivenBack,
  parseRefund,
  type RefundCommand,
} from './orders-money-arguments.ts';
import { parseRebook, type RebookCommand } from './orders-rebook-arguments.ts';
import { one, SIGNATURE, USAGE } from './orders-usage.ts';

/** A request that changes something is signed. */
export type OrdersDecision =
  | ApproveCommand
  | RefundCommand
  | GiveBackCommand
  | { verb: 'cancel'; number: string; by: Signed }
  | RebookCommand
  | { verb: 'retry'; number: string; mail: boolean; by: Signed }
  | { verb: 'close'; id: string; by: Signed };

/** Settles what the provider received, so it enters the action trail, under the logged-in user unless one is named. */
export interface ReconcileCommand {
  verb: 'reconcile';
  since: Date;
  isDryRun: boolean;
  isJson: boolean;
  actor: string | undefined;
}

export type OrdersQuestion =
  | { verb: 'list'; statuses: readonly OrderStatus[]; organizationId: string | undefined; limit: number }
  | { verb: 'show'; number: string; isJson: boolean }
  | { verb: 'exceptions'; isJson: boolean };

const FLAG = { type: 'boolean', default: false } as const;
const DEFAULT_LIMIT = '50';

/** Throws UsageError for a call that USAGE does not list. */
export function parseOrdersCommand(args: readonly string[]): OrdersQuestion | OrdersDecision | ReconcileCommand {
  try {
    return parse(args);
  } catch (error) {
    if (error instanceof OperatorRefusal || (error instanceof TypeError && 'code' in error)) {
      throw new UsageError(`${error.message}\n${USAGE}`);
    }
    throw error;
  }
}

function parse([verb, ...rest]: readonly string[]): OrdersQuestion | OrdersDecision | ReconcileCommand {
  const args = [...rest];
  switch (verb) {
    case 'list':
      return list(args);
    case 'show': {
      const { positionals, values } = parseArgs({ args, allowPositionals: true, options: { json: FLAG } });
      return { verb, number: one(positionals), isJson: values.json };
    }
    case 'approve':
      return parseApprove(args);
    case 'refund':
      return parseRefund(args);
    case 'given-back':
      return parseGivenBack(args);
    case 'cancel': {
      const { positionals, values } = parseArgs({ args, allowPositionals: true, options: SIGNATURE });
      return { verb, number: one(positionals), by: signed(values) };
    }
    case 'rebook':
      return parseRebook(args);
    case 'retry': {
      const options = { ...SIGNATURE, mail: { type: 'boolean' } } as const;
      const { positionals, values } = parseArgs({ args, allowPositionals: true, options });
      return { verb, number: one(positionals), mail: values.mail === true, by: signed(values) };
    }
    case 'reconcile':
      return reconcile(args);
    case 'exceptions': {
      const options = { ...SIGNATURE, json: FLAG } as const;
      const { positionals, values } = parseArgs({ args, allowPositionals: true, options });
      const [close, ...ids] = positionals;
      const { actor, reason, json: isJson } = values;
      if (close === undefined && actor === undefined && reason === undefined) return { verb, isJson };
      if (close !== 'close' || isJson) throw new UsageError(USAGE);
      const id = one(ids, 'exception by its id: `npm run orders -- exceptions` lists them');
      return { verb: 'close', id, by: signed(values) };
    }
    default:
      throw new UsageError(verb === undefined ? USAGE : `There is no command "${verb}".\n${USAGE}`);
  }
}

function reconcile(args: string[]): ReconcileCommand {
  const text = { type: 'string' } as const;
  const options = { since: text, actor: text, 'dry-run': FLAG, json: FLAG } as const;
  const { since = '', actor, 'dry-run': isDryRun, json: isJson } = parseArgs({ args, options }).values;
  const instant = parseInstant(since);
  if (instant === undefined)
    throw new UsageError(
      since === ''
        ? `--since is missing: add an instant such as --since 2026-11-22T03:04:05Z.\n${USAGE}`
        : `--since must be an instant such as 2026-11-22T03:04:05Z, not ${since}.\n${USAGE}`,
    );
  return { verb: 'reconcile', since: instant, isDryRun, isJson, actor };
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
