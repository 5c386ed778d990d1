import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildOnce, root } from '../../support/processes/built.ts';

interface Component {
  name: string;
  version: string;
  purl: string;
  hashes?: { alg: string; content: string }[];
}

let sbom: { bomFormat: string; metadata: { component: Component }; components: Component[] };
let packages: Record<string, { version: string; dev?: boolean; link?: boolean; integrity?: string }>;

const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));

beforeAll(async () => {
  await buildOnce();
  sbom = read('dist/sbom.cdx.json');
  ({ packages } = read('package-lock.json'));
});

test('a build lists every package of production in CycloneDX, with its hash', () => {
  expect(sbom.bomFormat).toBe('CycloneDX');
  expect(sbom.metadata.component.name).toBe('self-topup-subgraph');
  const expected = Object.entries(packages)
    .filter(([path, { dev, link }]) => path.includes('node_modules/') && dev !== true && link !== true)
    .filter(([path]) => !path.includes('@grafbase/'))
    .map(
      ([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`,
    );
  const listed = sbom.components.map(({ name, version }) => `${name}@${version}`);
  expect(new Set(listed)).toEqual(new Set(expected));
  // npm's own --omit dev leaves most of these out.
  expect(sbom.components.map(({ name }) => name)).toEqual(
    expect.arrayContaining([...Object.keys(read('package.json').dependencies), 'pg-protocol', 'graphql', 'avvio']),
  );
  for (const { purl, hashes } of sbom.components) {
    expect(purl).toMatch(/^pkg:npm\//);
    expect({ purl, hash: hashes?.[0]?.alg }).toEqual({ purl, hash: 'SHA-512' });
  }
});

test('no tool of development is listed, and no path of the machine', () => {
  const names = sbom.components.map(({ name }) => name);
  expect(names).not.toContain('vitest');
  expect(names.filter((name) => name.startsWith('@grafbase/'))).toEqual([]);
  expect(JSON.stringify(sbom)).not.toContain(root);
});
