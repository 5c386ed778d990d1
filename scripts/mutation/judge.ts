import { readFileSync } from 'node:fs';
import type { Stryker } from '@stryker-mutator/core';
import { EQUIVALENT } from './equivalent.ts';
import type { Subject } from './subjects.ts';

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

export interface Survivor {
  file: string;
  line: number;
  /** The line with the change in it, as [-before-]{+after+}. */
  change: string;
  /** Says why the change behaves the same. undefined if nothing excuses it. */
  reason: string | undefined;
}

export interface Verdict {
  subject: Subject;
  killed: number;
  survivors: readonly Survivor[];
  summary: string;
}

const FOUND = new Set(['Killed', 'Timeout']);
const ALIVE = new Set(['Survived', 'NoCoverage']);

/** Ignores mutants that cannot run, such as a syntax error. */
export function judge(subject: Subject, mutants: readonly MutantResult[]): Verdict {
  const source = readFileSync(subject.file, 'utf8').split('\n');
  const killed = mutants.filter(({ status }) => FOUND.has(status)).length;
  const survivors = mutants
    .filter(({ status }) => ALIVE.has(status))
    .map((mutant) => toSurvivor(subject.file, source, mutant));
  const open = survivors.filter(({ reason }) => reason === undefined);
  const lines = open.map(({ line, change }) => `  ${line}: ${change}`);
  const summary = [
    `${subject.file}: ${killed} killed, ${survivors.length} alive, ${open.length} of them open`,
    ...lines,
  ];
  return { subject, killed, survivors, summary: summary.join('\n') };
}

function toSurvivor(file: string, source: readonly string[], { location, replacement }: MutantResult): Survivor {
  const { start, end } = location;
  const first = source[start.line - 1] ?? '';
  const last = source[end.line - 1] ?? '';
  const lines = source.slice(start.line - 1, end.line).join('\n');
  const before = lines.slice(start.column - 1, lines.length - (last.length - end.column + 1));
  const after = replacement.replaceAll(/\s+/g, ' ');
  const change =
    `${first.slice(0, start.column - 1)}[-${before.replaceAll(/\s+/g, ' ')}-]{+${after}+}${last.slice(end.column - 1)}`.trim();
  return { file, line: start.line, change, reason: EQUIVALENT[file]?.[change] };
}
