import { UsageError } from './command.ts';

export const USAGE = `Usage: npm run orders -- list [--status STATUS]... [--organization ID] [--limit N]
       npm run orders -- show NUMBER [--json]
       npm run orders -- approve NUMBER --received SUM --actor NAME --reason TEXT [--json]
       npm run orders -- approve NUMBER --dry-run [--json]
       npm run orders -- refund NUMBER --received SUM [--take-back CODE=UNITS]... --actor NAME --reason TEXT [--json]
       npm run orders -- refund NUMBER [--take-back CODE=UNITS]... --dry-run [--json]
       npm run orders -- given-back NUMBER --amount SUM --reference TEXT [--on DATE] [--by-transfer] --actor NAME --reason TEXT [--dry-run] [--json]
       npm run orders -- cancel NUMBER --actor NAME --reason TEXT
       npm run orders -- rebook NUMBER [--package-code OLD=NEW]... [--line N=CODE]... --actor NAME --reason TEXT
       npm run orders -- rebook NUMBER --booked-as PI --actor NAME --reason TEXT
       npm run orders -- retry NUMBER [--mail] --actor NAME --reason TEXT
       npm run orders -- reconcile --since TIME [--dry-run] [--json] [--actor NAME]
       npm run orders -- exceptions [--json]
       npm run orders -- exceptions close ID --actor NAME --reason TEXT`;

export const SIGNATURE = { actor: { type: 'string' }, reason: { type: 'string' } } as const;

/** Returns the only positional argument. Throws UsageError for any other number of them. */
export function one(positionals: readonly string[], name = 'order number, such as TU-261122-7K3M-9QXE'): string {
  const [only, ...more] = positionals;
  if (only === undefined || more.length > 0) throw new UsageError(`Name one ${name}.\n${USAGE}`);
  return only;
}
