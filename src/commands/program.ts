import { basename } from 'node:path';
import { Command, CommanderError } from 'commander';
import { assertNodeVersion } from '../app/node-version.ts';
import { wordsOf } from '../platform/telemetry/reason.ts';

/** A wrong call by the operator: printed to stderr with the usage, exit code 2. Every other failure has exit code 1. */
export class UsageError extends Error {}

export interface JsonOption {
  json?: boolean;
}
export const JSON_OPTION = ['--json', 'print one JSON document'] as const;

/** Names the command as it was called: `npm run flags --`, or `self-topup flags` in the image. */
export function newProgram(script: string, description: string): Command {
  const isImage = /^self-topup(\.js)?$/.test(basename(process.argv[1] ?? ''));
  return new Command(isImage ? `self-topup ${script}` : `npm run ${script} --`)
    .description(description)
    .helpOption('-h, --help', 'print this and do nothing else')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
}

/** Parses the arguments and runs the command that they name. Throws UsageError for a call that the help does not list. */
export async function parse(program: Command, args: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(asksForHelp(args) ? [...verbs(args), '--help'] : args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    if (error instanceof UsageError) throw new UsageError(`${error.message}\n${usageOf(program, args)}`);
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageError([...sentences(error), usageOf(program, args)].join('\n'));
  }
}

/** Runs the program with the arguments of this process, and ends with its exit code. */
export function runProgram(program: Command): void {
  exitOnSignals();
  // A reader such as `head` has read enough.
  process.stdout.on('error', () => process.exit(process.exitCode ?? 0));
  // Without it, a failure that nobody can read would fail to be printed, again and again.
  process.stderr.on('error', () => process.exit(process.exitCode || 1));
  run(program).catch(fail);
  process.on('uncaughtException', fail);
}

async function run(program: Command): Promise<void> {
  assertNodeVersion();
  await parse(program, process.argv.slice(2));
}

function fail(error: unknown): void {
  process.stderr.write(`${wordsOf(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

/** Help is wanted even where an option would take it for its value. */
const asksForHelp = (args: readonly string[]) => args.some((arg) => arg === '--help' || arg === '-h');

function verbs(args: readonly string[]): readonly string[] {
  const first = args.findIndex((arg) => arg.startsWith('-'));
  return first === -1 ? args : args.slice(0, first);
}

function usageOf(program: Command, args: readonly string[]): string {
  let [command, path] = [program, program.name()];
  for (const arg of verbs(args)) {
    const next = command.commands.find((candidate) => candidate.name() === arg);
    if (next === undefined) break;
    [command, path] = [next, `${path} ${next.name()}`];
  }
  return command.commands.length > 0 ? command.helpInformation().trimEnd() : `Usage: ${path} ${command.usage()}`;
}

const SENTENCES: Readonly<Record<string, (name: string) => string>> = {
  'commander.unknownOption': (name) => `There is no option ${name}.`,
  'commander.unknownCommand': (name) => `There is no command "${name}".`,
  'commander.missingArgument': (name) => `The argument <${name}> is missing.`,
  'commander.missingMandatoryOptionValue': (name) => `The option ${name} is missing.`,
  'commander.optionMissingArgument': (name) => `The option ${name} needs a value.`,
};

/** Prints a fault that the library found; a call without any command is answered with the usage alone. */
function sentences({ code, message }: CommanderError): readonly string[] {
  if (code === 'commander.help') return [];
  const [first = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const [, name = ''] = /'([^']*)'/.exec(first) ?? [];
  const excess = /but got \d+: (.*)/.exec(first)?.[1];
  const sentence =
    excess === undefined ? (SENTENCES[code]?.(name) ?? first) : `There are too many arguments: ${excess}`;
  return [suggestion === undefined ? sentence : `${sentence} ${suggestion.slice(1, -1)}`];
}

/**
 * A signal ends the command at once. It needs a handler for that, because the kernel ignores a signal without one for the first
 * process of a container.
 */
function exitOnSignals(): void {
  for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15 })) {
    process.once(signal, () => {
      process.stderr.write(
        `Stopped by ${signal}. Steps that were not committed have no effect: run the command again.\n`,
      );
      process.exit(128 + number);
    });
  }
}
