import type { Command } from 'commander';

/** A command about one order, named by its number. */
export function orderCommand(program: Command, verb: string, description: string): Command {
  const number = 'number of the order, such as TU-261122-7K3M-9QXE';
  return program.command(verb).description(description).argument('<number>', number);
}
