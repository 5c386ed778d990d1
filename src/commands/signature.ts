import type { Command } from 'commander';
import { OperatorRefusal, type Signed, signed } from '../operators/index.ts';
import { UsageError } from './program.ts';

/** The options of a command that is recorded under a name and a reason. */
export interface Signature {
  actor?: string;
  reason?: string;
}
export const ACTOR_OPTION = ['--actor <name>', 'the operator'] as const;
export const REASON_OPTION = ['--reason <text>', 'why, in a sentence that the timeline and the trail keep'] as const;

export const DRY_RUN_OPTION = ['--dry-run', 'only show what it would do; needs no signature'] as const;
const UNSIGNED: Signed = { actor: 'nobody', reason: 'dry run' };

export function sign(command: Command): Command {
  return command.option(...ACTOR_OPTION).option(...REASON_OPTION);
}

/** Throws UsageError if one is missing or cannot be kept. */
export function signature(given: Signature): Signed {
  try {
    return signed(given);
  } catch (error) {
    throw error instanceof OperatorRefusal ? new UsageError(error.message) : error;
  }
}

/** Returns a placeholder for a dry run, which changes nothing and enters no trail. Throws UsageError like signature(). */
export const signatureUnlessDry = (given: Signature, isDryRun: boolean): Signed =>
  isDryRun ? UNSIGNED : signature(given);
