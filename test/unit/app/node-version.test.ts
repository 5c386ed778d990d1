import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { assertNodeVersion } from '../../../src/app/node-version.ts';

const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

test('the engines of package.json are what a start asks for', () => {
  expect(engines).toEqual({ node: '>=22.18' });
  for (const version of ['22.18.0', '22.19.1', '23.0.0', '24.4.1'])
    expect(() => assertNodeVersion(version)).not.toThrow();
});

test.each(['20.20.2', '21.9.0', '22.17.1'])('Node %s is refused with the version that is needed', (version) => {
  expect(() => assertNodeVersion(version)).toThrow(
    `This is Node ${version}, and Node 22.18 or later is needed: \`npm start\` and npm's other commands take the one of node_modules.`,
  );
});
