import type { Command } from 'commander';
import type { CodeChange } from '../fulfilment/index.ts';
import type { OrderStatus } from '../orders/index.ts';
import { instant, label, limit, lineCode, renaming, status } from './option-values.ts';
import { orderCommand } from './order-command.ts';
import { addFinanceCommands } from './orders-finance-program.ts';
import { addMoneyCommands } from './orders-money-program.ts';
import type { Carry } from './orders-requests.ts';
import { JSON_OPTION, type JsonOption, newProgram, UsageError } from './program.ts';
import { ACTOR_OPTION, type Signature, sign, signature } from './signature.ts';

/** The arguments of `npm run orders`: each command becomes a request. */
export function ordersProgram(carry: Carry): Command {
  const program = newProgram('orders', 'Shows orders, and carries out decisions of operators about them.');
  addQuestions(program, carry);
  addMoneyCommands(program, carry);
  addDecisions(program, carry);
  addFinanceCommands(program, carry);
  addExceptions(program, carry);
  addReconcile(program, carry);
  return program;
}

function addQuestions(program: Command, carry: Carry): void {
  program
    .command('list')
    .description('orders, the newest first')
    .option('--status <status>', 'only orders in this status; may be repeated', status)
    .option('--organization <id>', 'only orders of this organization')
    .option('--limit <number>', 'the most orders', limit, 50)
    .option(...JSON_OPTION)
    .action((options: { status?: OrderStatus[]; organization?: string; limit: number } & JsonOption) => {
      const { status: statuses = [], organization: organizationId, limit, json: isJson = false } = options;
      return carry({ verb: 'list', statuses, organizationId, limit, isJson });
    });
  orderCommand(program, 'show', 'an order with everything that is stored about it')
    .option(...JSON_OPTION)
    .action((number: string, { json: isJson = false }: JsonOption) => carry({ verb: 'show', number, isJson }));
}

function addDecisions(program: Command, carry: Carry): void {
  sign(orderCommand(program, 'cancel', 'end an order that awaits its payment, and void its invoices'))
    .option(...JSON_OPTION)
    .action((number: string, { json: isJson = false, ...by }: Signature & JsonOption) =>
      carry({ verb: 'cancel', number, by: signature(by), isJson }),
    );
  sign(
    orderCommand(
      program,
      'rebook',
      'book a paid order under other package codes, or store the PI of a booking by hand',
    ),
  )
    .option('--package-code <old=new>', 'another code for every line that has this one; may be repeated', renaming, [])
    .option('--line <n=code>', 'another code for one line; may be repeated', lineCode, [])
    .option('--booked-as <pi>', 'the PI under which accounting booked the order by hand', label)
    .option(...JSON_OPTION)
    .action((number: string, { json: isJson = false, packageCode, line, bookedAs, ...by }: RebookOptions) => {
      const changes = [...packageCode, ...line];
      if ((bookedAs === undefined) === (changes.length === 0))
        throw new UsageError('Give new package codes (--package-code, --line), or the PI (--booked-as), not both.');
      const request = { verb: 'rebook', number, by: signature(by), isJson } as const;
      return carry(bookedAs === undefined ? { ...request, changes } : { ...request, piNumber: bookedAs });
    });
  sign(orderCommand(program, 'retry', 'run the waiting jobs of an order now'))
    .option('--mail', 'send the mail of its status again')
    .option(...JSON_OPTION)
    .action(
      (number: string, { json: isJson = false, mail = false, ...by }: Signature & JsonOption & { mail?: boolean }) =>
        carry({ verb: 'retry', number, mail, by: signature(by), isJson }),
    );
}

type RebookOptions = Signature & JsonOption & { packageCode: CodeChange[]; line: CodeChange[]; bookedAs?: string };

function addExceptions(program: Command, carry: Carry): void {
  const exceptions = program
    .command('exceptions')
    .description('payments that need somebody; exits with 0 if there are some')
    .option(...JSON_OPTION)
    .action(({ json: isJson = false }: JsonOption) => carry({ verb: 'exceptions', isJson }));
  sign(exceptions.command('close'))
    .description('take an exception off the list')
    .argument('<id>', 'id of the exception: `npm run orders -- exceptions` lists them')
    .option(...JSON_OPTION)
    .action((id: string, { json: isJson = false, ...by }: Signature & JsonOption) =>
      carry({ verb: 'close', id, by: signature(by), isJson }),
    );
}

function addReconcile(program: Command, carry: Carry): void {
  program
    .command('reconcile')
    .description("compare our orders with the provider's list and with accounting, and settle what nothing told")
    .requiredOption('--since <time>', 'an instant such as 2026-11-22T03:04:05Z', instant('--since'))
    .option('--dry-run', 'only list the differences')
    .option(...ACTOR_OPTION)
    .option(...JSON_OPTION)
    .action((options: { since: Date; dryRun?: boolean; actor?: string } & JsonOption) => {
      const { since, dryRun: isDryRun = false, actor, json: isJson = false } = options;
      return carry({ verb: 'reconcile', since, isDryRun, actor, isJson });
    });
}
