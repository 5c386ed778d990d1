import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOwn, isTool, type Lock } from './dependencies/faults.ts';

interface Component {
  'bom-ref': string;
  name: string;
  version: string;
  properties: { name: string }[];
}

interface Sbom {
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

const ARGUMENTS = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
const DEVELOPMENT = 'cdx:npm:package:development';
/** 1,000 packages take 1 MB. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Writes dist/sbom.cdx.json: the packages of production, with versions, licences and hashes, in CycloneDX. It comes from the lock file,
 * so that it does not depend on what is installed. Throws if npm fails.
 *
 * Does not use npm's `--omit dev`: npm 11 then leaves out most packages that other packages need, pg among them.
 */
export function writeSbom(root: string): void {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: MAX_BYTES } as const;
  const { status, stdout, stderr, error } = spawnSync('npm', ARGUMENTS, options);
  if (status !== 0) throw new Error(`npm sbom failed, so there is no list of packages: ${error?.message ?? stderr}`);
  const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
  const sbom = ofProduction(JSON.parse(stdout), productionOf(read('package-lock.json')));
  // npm takes the name of the directory.
  sbom.metadata.component.name = read('package.json').name;
  writeFileSync(join(root, 'dist', 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);
}

/** Returns name@version of every package that production has. One that development has in another place too is among them. */
function productionOf({ packages }: Pick<Lock, 'packages'>): Set<string> {
  const production = Object.entries(packages).filter(
    ([path, locked]) => path !== '' && locked.dev !== true && !isTool(path) && !isOwn(path, locked),
  );
  return new Set(production.map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`));
}

function ofProduction(sbom: Sbom, production: ReadonlySet<string>): Sbom {
  const components = sbom.components
    .filter(({ name, version }) => production.has(`${name}@${version}`))
    .map((component) => ({
      ...component,
      properties: component.properties.filter(({ name }) => name !== DEVELOPMENT),
    }));
  const refs = new Set([sbom.metadata.component, ...components].map((component) => component['bom-ref']));
  const dependencies = sbom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) }));
  return { ...sbom, components, dependencies };
}
