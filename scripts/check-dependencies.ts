/**
 * `npm run check:dependencies` checks package.json and the lock file of the working directory, and asks the registry for
 * advisories if it answers. Exits with 1 on a fault; with --require-advisories also if the registry does not answer.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askAdvisories } from './dependencies/advisories.ts';
import { faultsOf } from './dependencies/faults.ts';

const directory = process.cwd();
const read = (file: string) => JSON.parse(readFileSync(join(directory, file), 'utf8'));

const lock = read('package-lock.json');
const faults = faultsOf(read('package.json'), lock);
const advisories = await askAdvisories(directory);
const all = [...faults, ...(advisories.answered ? advisories.found : [])];
for (const fault of all) console.error(fault);
const scope = advisories.answered ? 'advisories included' : 'ADVISORIES NOT CHECKED';
console.log(`${Object.keys(lock.packages).length - 1} packages, ${all.length} faults, ${scope}`);
if (!advisories.answered) {
  console.error(
    `WARNING: the registry gave no advisories (${advisories.reason}), so this proves nothing about known weaknesses. ` +
      'Run `npm run check:dependencies -- --require-advisories` where the registry answers, before a release.',
  );
  if (process.argv.includes('--require-advisories')) process.exitCode = 1;
}
if (all.length > 0) process.exitCode = 1;
