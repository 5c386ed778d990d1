import { parseArgs } from 'node:util';
import type { CodeChange } from '../fulfilment/index.ts';
import { isLabel } from '../kernel/label.ts';
import { type Signed, signed } from '../operators/index.ts';
import { UsageError } from './command.ts';
import { one, SIGNATURE, USAGE } from './orders-usage.ts';

/** Other package codes for the booking of an order, or the PI under which accounting booked it by hand. */
export type RebookCommand = { verb: 'rebook'; number: string; by: Signed } & (
  | { changes: readonly CodeChange[] }
  | { piNumber: string }
);

export function parseRebook(args: string[]): RebookCommand {
  const several = { type: 'string', multiple: true } as const;
  const options = { ...SIGNATURE, 'package-code': several, line: several, 'booked-as': { type: 'string' } } as const;
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
  if (piNumber === undefined) return { verb: 'rebook', number, changes, by };
  return { verb: 'rebook', number, piNumber: label(piNumber), by };
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
