import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { READ_IN_THEIR_FILE } from './dependencies/faults.ts';

/** Names of the files in which packages keep what must go with their code. */
const LEGAL_FILE = /^(licen[cs]e|copying|notice)/i;
const RULE = '-'.repeat(80);

/**
 * Returns the notices of every package whose code is in a bundle, by name, from the modules that the bundler put into it. Most licences ask
 * that their text goes with each copy of the code. A package without such a file is named with the licence of its package.json.
 */
export function noticesOf(moduleIds: readonly string[]): string {
  const directories = new Set(moduleIds.filter((id) => id.includes('/node_modules/')).map(packageOf));
  const packages = [...directories].map((directory) => ({ directory, ...manifestOf(directory) }));
  const notices = packages
    .toSorted((one, other) => one.name.localeCompare(other.name) || one.version.localeCompare(other.version))
    .map(({ directory, name, version, license }) => {
      const texts = readdirSync(directory, { withFileTypes: true })
        .filter((entry) => entry.isFile() && LEGAL_FILE.test(entry.name))
        .map((entry) => readFileSync(join(directory, entry.name), 'utf8').trim());
      return [`${name} ${version} (${license ?? READ_IN_THEIR_FILE[name]})`, ...texts].join('\n\n');
    });
  const title = 'This bundle contains the code of these packages, each under its own licence.';
  return `${[title, ...new Set(notices)].join(`\n\n${RULE}\n\n`)}\n`;
}

/** The directory of the package to which a module belongs. Some packages have a package.json without a name in each folder. */
function packageOf(moduleId: string): string {
  let directory = dirname(moduleId.slice(moduleId.indexOf('/')));
  while (!(existsSync(join(directory, 'package.json')) && manifestOf(directory).version !== undefined))
    directory = dirname(directory);
  return directory;
}

const manifestOf = (directory: string): { name: string; version: string; license?: string } =>
  JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
