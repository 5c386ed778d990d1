import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faultsOf, type Lock, type Manifest } from '../../../scripts/dependencies/faults.ts';

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8'));
const committed = () => ({ manifest: read('package.json') as Manifest, lock: read('package-lock.json') as Lock });

type Plant = (files: { manifest: Manifest; lock: Lock }) => void;

/** Changes one locked package. */
const changing =
  (path: string, change: Lock['packages'][string]): Plant =>
  ({ lock }) => {
    lock.packages[path] = { ...lock.packages[path], ...change };
  };

const adding = (path: string, change: Lock['packages'][string] = {}): Plant =>
  changing(path, { version: '1.0.0', license: 'MIT', integrity: `sha512-${'A'.repeat(86)}==`, ...change });

const asking =
  (version: string): Plant =>
  ({ manifest }) => {
    manifest.dependencies = { ...manifest.dependencies, got: version };
  };

test('the committed lock file has no fault', () => {
  const { manifest, lock } = committed();
  expect(faultsOf(manifest, lock)).toEqual([]);
});

test.each<[string, Plant, string]>([
  ['a range', asking('^16.1.0'), 'got is not pinned: package.json asks for "^16.1.0"'],
  ['a tag', asking('latest'), 'got is not pinned: package.json asks for "latest"'],
  ['a repository', asking('sindresorhus/got'), 'got is not pinned: package.json asks for "sindresorhus/got"'],
  ['another name', asking('npm:ky@1.0.0'), 'got is not pinned: package.json asks for "npm:ky@1.0.0"'],
  [
    'a range of a tool',
    ({ manifest }) => {
      manifest.devDependencies = { vitest: '>=5' };
    },
    'vitest is not pinned: package.json asks for ">=5"',
  ],
  ['no hash', changing('node_modules/got', { integrity: undefined }), 'node_modules/got has no sha512 hash'],
  [
    'a hash that can be forged',
    changing('node_modules/got', { integrity: 'sha1-nO0lH1pUl8vJ0mJTdS0bdC4Vt5g=' }),
    'node_modules/got has no sha512 hash',
  ],
  [
    'a hash beside the right one',
    changing('node_modules/got', { integrity: `sha512-${'A'.repeat(86)}== sha1-nO0lH1pUl8vJ0mJTdS0bdC4Vt5g=` }),
    'node_modules/got has no sha512 hash',
  ],
  [
    'another place',
    changing('node_modules/got', { resolved: 'https://registry.npmjs.org.example.test/got-16.1.0.tgz' }),
    'node_modules/got comes from https://registry.npmjs.org.example.test/got-16.1.0.tgz',
  ],
  [
    'a link out of the repository',
    adding('node_modules/neighbour', { link: true, resolved: '../neighbour' }),
    'node_modules/neighbour is not a version of a package: ../neighbour',
  ],
  [
    'the registry without TLS',
    changing('node_modules/got', { resolved: 'http://registry.npmjs.org/got/-/got-16.1.0.tgz' }),
    'node_modules/got comes from http://registry.npmjs.org/got/-/got-16.1.0.tgz',
  ],
  [
    'git',
    changing('node_modules/got', { resolved: 'git+ssh://git@github.com/sindresorhus/got.git#abc' }),
    'node_modules/got comes from git+ssh://git@github.com/sindresorhus/got.git#abc',
  ],
  [
    'a folder',
    changing('node_modules/got', { link: true, resolved: '../got' }),
    'node_modules/got is not a version of a package: ../got',
  ],
  [
    'an archive',
    changing('node_modules/got', { version: 'file:got.tgz' }),
    'node_modules/got is not a version of a package: file:got.tgz',
  ],
  [
    'an install script',
    changing('node_modules/got', { hasInstallScript: true }),
    "node_modules/got has an install script that package.json's allowScripts does not list",
  ],
  [
    'an install script of a copy deeper down',
    adding('node_modules/got/node_modules/@scope/built', { hasInstallScript: true }),
    "node_modules/got/node_modules/@scope/built has an install script that package.json's allowScripts does not list",
  ],
  [
    'a licence that asks for more',
    changing('node_modules/got', { license: 'GPL-3.0-only' }),
    'node_modules/got ships under a licence that is not allowed: GPL-3.0-only',
  ],
  [
    'a licence that asks for more, beside one that does not',
    changing('node_modules/got', { license: '(MIT AND GPL-3.0-only)' }),
    'node_modules/got ships under a licence that is not allowed: (MIT AND GPL-3.0-only)',
  ],
  [
    'no licence',
    changing('node_modules/got', { license: undefined }),
    'node_modules/got ships under a licence that is not allowed: none',
  ],
  [
    'a second graphql',
    adding('node_modules/got/node_modules/graphql'),
    'graphql must be installed once: node_modules/graphql, node_modules/got/node_modules/graphql',
  ],
])('%s is detected', (_, plant, fault) => {
  const files = committed();
  plant(files);
  expect(faultsOf(files.manifest, files.lock).toSorted()).toEqual([fault]);
});

test('one acceptable licence of a choice is enough, and a package that does not ship needs none', () => {
  const { manifest, lock } = committed();
  adding('node_modules/chosen', { license: '(MIT OR GPL-3.0-only)' })({ manifest, lock });
  adding('node_modules/tool', { license: 'GPL-3.0-only', dev: true })({ manifest, lock });
  expect(faultsOf(manifest, lock)).toEqual([]);
});

test('a second version of a tool may have another name', () => {
  const { manifest, lock } = committed();
  manifest.devDependencies = { ...manifest.devDependencies, 'got-15': 'npm:got@15.0.0' };
  expect(faultsOf(manifest, lock)).toEqual([]);
  manifest.devDependencies['got-15'] = 'npm:got@^15.0.0';
  expect(faultsOf(manifest, lock)).toEqual(['got-15 is not pinned: package.json asks for "npm:got@^15.0.0"']);
});

test('a script that npm is configured to skip is no fault', () => {
  const { manifest, lock } = committed();
  manifest.allowScripts = { ...manifest.allowScripts, got: false };
  changing('node_modules/got', { hasInstallScript: true })({ manifest, lock });
  expect(faultsOf(manifest, lock)).toEqual([]);
});

test('a lock file of another form is refused', () => {
  const { manifest } = committed();
  expect(faultsOf(manifest, { lockfileVersion: 1, packages: {} })).toEqual([
    'package-lock.json has version 1; only version 3 is supported',
  ]);
});
