/**
 * `npm run check:dependencies`: what is known against what ships, where the registry can be asked, and in any case what
 * package.json and the lock file say of where everything comes from. Of the working directory. Ends with 1 on a fault.
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
if (!advisories.answered)
  console.log(`The registry gives no advisories (${advisories.reason}): the lock file alone decides.`);
const found = [...faults, ...(advisories.answered ? advisories.found : [])];
for (const fault of found) console.error(fault);
const asked = advisories.answered ? ', the registry asked' : '';
console.log(`${Object.keys(lock.packages).length - 1} packages, ${found.length} faults${asked}`);
if (found.length > 0) process.exitCode = 1;
