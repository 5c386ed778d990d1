/** What can be told of our dependencies without asking anybody: from package.json and the lock file. */
export interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  allowScripts?: Record<string, boolean>;
}

export interface Lock {
  lockfileVersion: number;
  packages: Record<string, LockedPackage>;
}

interface LockedPackage {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  dev?: boolean;
  hasInstallScript?: boolean;
  license?: string;
}

const REGISTRY = 'https://registry.npmjs.org/';
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;
/** Of what ships: each asks for no more than its notice. */
const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
]);

/** A line each; empty where all is well. */
export function faultsOf(manifest: Manifest, lock: Lock): string[] {
  if (lock.lockfileVersion !== 3)
    return [`package-lock.json is of version ${lock.lockfileVersion}: 3 is what is read here`];
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  return [
    ...unpinned(manifest),
    ...packages.flatMap(([path, locked]) => [
      ...sourceFaults(path, locked),
      ...scriptFaults(path, locked, manifest.allowScripts ?? {}),
      ...licenceFaults(path, locked),
    ]),
    ...severalGraphql(packages.map(([path]) => path)),
  ];
}

/** "node_modules/a/node_modules/@b/c" is @b/c. */
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

function unpinned({ dependencies, devDependencies, optionalDependencies }: Manifest): string[] {
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(([, version]) => !EXACT.test(version))
    .map(([name, version]) => `${name} is not pinned: package.json asks for "${version}"`);
}

/** Without `resolved` npm takes the version from its registry; the hash is of what was looked at when it was locked. */
function sourceFaults(path: string, { version = '', resolved, integrity = '', link }: LockedPackage): string[] {
  if (link || !EXACT.test(version)) return [`${path} is not a version of a package: ${resolved ?? version}`];
  return [
    ...(resolved === undefined || resolved.startsWith(REGISTRY) ? [] : [`${path} comes from ${resolved}`]),
    ...(SHA512.test(integrity) ? [] : [`${path} has no sha512 hash`]),
  ];
}

/** Said yes or no to, by name: a script runs on the machine of whoever installs. */
function scriptFaults(path: string, { hasInstallScript }: LockedPackage, allowed: Record<string, boolean>): string[] {
  if (!hasInstallScript || nameOf(path) in allowed) return [];
  return [`${path} has an install script that package.json's allowScripts says nothing of`];
}

/** Of several licences one may be chosen where they are joined by OR; with AND all of them hold. */
function licenceFaults(path: string, { dev, license = 'none' }: LockedPackage): string[] {
  const licences = license.replaceAll(/[()]/g, '').split(/ AND | OR /);
  const known = license.includes(' OR ')
    ? licences.some((each) => LICENCES.has(each))
    : licences.every((each) => LICENCES.has(each));
  return dev || known ? [] : [`${path} ships under a licence that nobody has read: ${license}`];
}

/** Two copies of graphql do not know each other's types. */
function severalGraphql(paths: readonly string[]): string[] {
  const copies = paths.filter((path) => nameOf(path) === 'graphql');
  return copies.length === 1 ? [] : [`there is not one graphql: ${copies.join(', ') || 'none'}`];
}
