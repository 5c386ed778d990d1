/**
 * Changes the code that decides on money, signatures and tenants, one small thing at a time, and runs its tests each time: a
 * change that no test sees is a survivor. File by file, each against its own tests alone. `npm run mutate` runs all and
 * writes bench/results/mutation.md; `npm run mutate -- quote money` runs the files whose path has one of these words.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { judge, type Verdict } from './mutation/judge.ts';
import { report } from './mutation/report.ts';
import { SUBJECTS, type Subject } from './mutation/subjects.ts';

async function mutate({ file, tests }: Subject) {
  process.env['MUTATION_TESTS'] = tests.join(',');
  return new Stryker({ mutate: [file] }).runMutationTest();
}

const words = process.argv.slice(2);
const subjects = SUBJECTS.filter(({ file }) => words.length === 0 || words.some((word) => file.includes(word)));
const verdicts: Verdict[] = [];
for (const subject of subjects) {
  const verdict = judge(subject, await mutate(subject));
  verdicts.push(verdict);
  console.log(verdict.summary);
}
const { text, good } = report(verdicts);
if (words.length === 0) writeFileSync(join(import.meta.dirname, '..', 'bench', 'results', 'mutation.md'), text);
else console.log(text);
if (!good) process.exitCode = 1;
