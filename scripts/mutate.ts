/**
 * Makes one small change at a time to the code that decides on money, signatures and tenants, and runs the file's own tests. A
 * change that no test detects is a survivor. `npm run mutate` runs all files and writes bench/results/mutation.md;
 * `npm run mutate -- quote money` runs the files whose path contains one of these words.
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
