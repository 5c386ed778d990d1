import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { listTrail } from '../action-trail/index.ts';
import { numbersOfOrganization } from '../orders/index.ts';
import { printReport, withDatabase } from './command.ts';
import { instant, limit } from './option-values.ts';
import { JSON_OPTION, type JsonOption, newProgram, runProgram } from './program.ts';
import { describeEntry } from './trail-text.ts';

interface ListOptions extends JsonOption {
  organization?: string;
  actor?: string;
  since?: Date;
  limit: number;
}

const program = newProgram('trail', 'Who did what: every mutation and every command that changes something.');
program
  .command('list')
  .description('the newest actions, oldest first')
  .option('--organization <id>', 'actions of its callers, and those of operators on its orders')
  .option('--actor <name>', 'actions of this caller or operator')
  .option('--since <time>', 'actions since this instant, such as 2026-11-22T03:04:05Z', instant('--since'))
  .option('--limit <number>', 'the most actions', limit, 50)
  .option(...JSON_OPTION)
  .action((options: ListOptions) => withDatabase((database) => list(database, options)));

async function list(database: DataSource, { organization: id, actor, since, limit, json }: ListOptions): Promise<void> {
  const organization = id === undefined ? undefined : { id, subjects: numbersOfOrganization(id) };
  const entries = await listTrail(database, { organization, actor, since, limit });
  printReport({ json }, entries, entries.map(describeEntry));
}

runProgram(program);
