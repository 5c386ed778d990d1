/** The parts of package.json that concern dependencies. */
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
/** An exact version of a package under another name: a second version beside the first. */
const EXACT_ALIAS = /^npm:(@[\w-]+\/)?[\w.-]+@\d+\.\d+\.\d+$/;
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const OWN = /^packages\/[\w-]+$/;
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;
/** The licences allowed in production. Each requires only its notice. OFL-1.1 is for fonts, which a document may embed. */
const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
  'OFL-1.1',
  'Python-2.0',
  'Unlicense',
]);

/** Packages whose package.json names no licence, with that of their LICENSE file. */
export const READ_IN_THEIR_FILE: Record<string, string> = { 'png-js': 'MIT' };

/** Checks dependencies offline, by package.json and the lock file. Returns one line per fault. */
export function faultsOf(manifest: Manifest, lock: Lock): string[] {
  if (lock.lockfileVersion !== 3)
    return [`package-lock.json has version ${lock.lockfileVersion}; only version 3 is supported`];
  const packages = Object.entries(lock.packages).filter(([path, locked]) => path !== '' && !isOwn(path, locked));
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

/**
 * Programs for one platform that tests and scripts start. npm has no development dependency that may be missing, so they are optional
 * dependencies, which npm takes for production's. Nothing imports them, and dist/server does not contain them.
 */
const TOOLS = new Set(['@grafbase/cli-x86_64-unknown-linux-musl']);

/**
 * True for a package of this repository: its folder, or npm's link to it. Neither has a version or a hash. Its dependencies are in the
 * lock file as any other.
 */
export const isOwn = (path: string, { link, resolved }: Pick<LockedPackage, 'link' | 'resolved'>) =>
  OWN.test((link === true ? resolved : undefined) ?? path);

/** True for the path of a package that is not production's, though the lock file does not say so. */
export const isTool = (path: string) => TOOLS.has(nameOf(path));

/** Returns "@b/c" for "node_modules/a/node_modules/@b/c". */
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

function unpinned({ dependencies, devDependencies, optionalDependencies }: Manifest): string[] {
  const isPinned = (name: string, version: string) =>
    EXACT.test(version) || (devDependencies?.[name] === version && EXACT_ALIAS.test(version));
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(([name, version]) => !isPinned(name, version))
    .map(([name, version]) => `${name} is not pinned: package.json asks for "${version}"`);
}

/** Without `resolved`, npm loads the version from its registry and checks the hash of the lock file. */
function sourceFaults(path: string, { version = '', resolved, integrity = '', link }: LockedPackage): string[] {
  if (link || !EXACT.test(version)) return [`${path} is not a version of a package: ${resolved ?? version}`];
  return [
    ...(resolved === undefined || resolved.startsWith(REGISTRY) ? [] : [`${path} comes from ${resolved}`]),
    ...(SHA512.test(integrity) ? [] : [`${path} has no sha512 hash`]),
  ];
}

/** package.json must allow or forbid each install script by name, because it runs on the installing machine. */
function scriptFaults(path: string, { hasInstallScript }: LockedPackage, allowed: Record<string, boolean>): string[] {
  if (!hasInstallScript || nameOf(path) in allowed) return [];
  return [`${path} has an install script that package.json's allowScripts does not list`];
}

/** With OR one of the licences must be allowed, with AND all of them. */
function licenceFaults(path: string, locked: LockedPackage): string[] {
  const { dev, license = READ_IN_THEIR_FILE[nameOf(path)] ?? 'none' } = locked;
  const licences = license.replaceAll(/[()]/g, '').split(/ AND | OR /);
  const isAllowed = license.includes(' OR ')
    ? licences.some((each) => LICENCES.has(each))
    : licences.every((each) => LICENCES.has(each));
  return dev || isAllowed || isTool(path) ? [] : [`${path} ships under a licence that is not allowed: ${license}`];
}

/** Two copies of graphql reject each other's types. */
function severalGraphql(paths: readonly string[]): string[] {
  const copies = paths.filter((path) => nameOf(path) === 'graphql');
  return copies.length === 1 ? [] : [`graphql must be installed once: ${copies.join(', ') || 'none'}`];
}
