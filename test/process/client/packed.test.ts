import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { install, type Project } from './installed.ts';

// npm asks the registry, and another test file may pack first.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

const { dependencies, devDependencies } = manifest;
/** Those of packages/client/operations. */
const DOCUMENTS = 16;
let project: Project;

beforeAll(async () => {
  project = await install(
    ['client'],
    [
      `graphql@${dependencies.graphql}`,
      `@apollo/client@${devDependencies['@apollo/client']}`,
      `typescript@${devDependencies.typescript}`,
      `@graphql-codegen/client-preset@${devDependencies['@graphql-codegen/client-preset']}`,
    ],
  );
});

afterAll(() => project?.remove());

test('has what its users need, and no source', async () => {
  const installed = join(project.directory, 'node_modules', 'self-topup-client');
  const files = (await readdir(installed, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name).slice(installed.length + 1));
  expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
  expect(files).toEqual(
    expect.arrayContaining(['README.md', 'schema.graphql', 'schema.relay.graphql', 'operations/fragments.graphql']),
  );
});

test('every entry loads in Node, and finds its files', async () => {
  await project.write(
    'load.js',
    `import { readFileSync } from 'node:fs';
     import { createRequire } from 'node:module';
     import { buildSchema, validate } from 'graphql';
     import * as client from 'self-topup-client';
     import { typePolicies } from 'self-topup-client/apollo';
     import { keys } from 'self-topup-client/urql';
     import { config, relaySchema, schema } from 'self-topup-client/codegen';
     import { preset } from 'self-topup-client/codegen-preset';
     const built = buildSchema(readFileSync(schema, 'utf8'));
     const documents = Object.entries(client).filter(([name]) => name.endsWith('Document'));
     const faults = documents.flatMap(([, document]) => validate(built, document));
     console.log(JSON.stringify({
       documents: documents.length, faults, scalars: config.scalars.Decimal, money: typePolicies.Money.keyFields, key: keys.Money(),
       relay: buildSchema(readFileSync(relaySchema, 'utf8')).getDirective('fetchable').name,
       preset: typeof preset.buildGeneratesSection,
       resolved: createRequire(import.meta.url).resolve('self-topup-client/schema.graphql') === schema,
     }));`,
  );
  expect(JSON.parse(await project.node('load.js'))).toEqual({
    documents: DOCUMENTS,
    faults: [],
    scalars: 'string',
    money: false,
    key: null,
    relay: 'fetchable',
    preset: 'function',
    resolved: true,
  });
});

test.each([
  ['nodenext', 'nodenext'],
  ['bundler', 'esnext'],
])('its types hold under module resolution "%s"', async (moduleResolution, module) => {
  await project.write(
    'typed.ts',
    `import { InMemoryCache } from '@apollo/client';
     import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core';
     import { ConfirmOrderDocument, TopupOrderDocument, userErrorsOf, type TopupErrorCode } from 'self-topup-client';
     import { typePolicies } from 'self-topup-client/apollo';
     type Order = NonNullable<ResultOf<typeof TopupOrderDocument>['topupOrder']>;
     export const amount: Order['total']['amount'] = '1000000';
     // @ts-expect-error An amount is a string of digits.
     export const inexact: Order['total']['amount'] = 1000000;
     // @ts-expect-error The total that the buyer saw is required.
     export const blind: VariablesOf<typeof ConfirmOrderDocument> = { input: { orderId: '1', idempotencyKey: 'a' } };
     export const codes: TopupErrorCode[] = userErrorsOf(null).map(({ code }) => code);
     export const cache = new InMemoryCache({ typePolicies });`,
  );
  const options = ['--strict', '--noEmit', '--skipLibCheck', '--target', 'es2023', '--module', module];
  const args = [...options, '--moduleResolution', moduleResolution, 'typed.ts'];
  expect(await project.node('node_modules/typescript/bin/tsc', args)).toBe('');
});

async function sizeOf(entry: string): Promise<{ bytes: number; gzip: number }> {
  await project.write('entry.js', entry);
  const input = join(project.directory, 'entry.js');
  const bundle = await rolldown({ input, external: /^@apollo/, platform: 'browser' });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  const [{ code }] = output;
  return { bytes: code.length, gzip: gzipSync(code).length };
}

test('a bundle has the documents that it imports, and no other', async () => {
  const all = await sizeOf("export * from 'self-topup-client';");
  const one = await sizeOf("export { TopupOrdersDocument } from 'self-topup-client';");
  const helper = await sizeOf("export { userErrorsOf } from 'self-topup-client';");
  console.log(
    `In a bundle: all ${all.bytes} B (gzip ${all.gzip}), a document ${one.bytes} B, userErrorsOf ${helper.bytes} B`,
  );
  expect(all.gzip / DOCUMENTS).toBeLessThan(350);
  expect(one.bytes).toBeLessThan(all.bytes / 10);
  expect(helper.bytes).toBeLessThan(500);
});
