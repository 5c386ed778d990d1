import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findCycles, type Import, parseImports, readSources } from '../support/tools/imports.ts';

/**
 * The import rules of the house. A failure lists the offending edges, "file → file". Which feature may know which: each
 * through its index.ts alone.
 */
const FEATURES: Record<string, readonly string[]> = {
  'action-trail': [],
  organizations: [],
  ledger: [],
  'topup-options': ['organizations', 'ledger'],
  'excess-usage': ['organizations', 'ledger', 'topup-options'],
  orders: ['organizations', 'topup-options', 'excess-usage', 'ledger'],
  fulfilment: ['organizations', 'orders'],
  payments: ['organizations', 'orders', 'ledger', 'fulfilment'],
  operators: ['organizations', 'topup-options', 'excess-usage', 'ledger', 'orders', 'payments', 'fulfilment'],
  audit: ['orders', 'payments'],
};
const BASE = ['kernel', 'clients', 'platform'];
/** Files at the top of src, the composition root and the commands: they put the parts together, and nobody imports them. */
const COMPOSING = /^src\/((app|commands)\/.*|[^/]+\.ts)$/;

const sources = readSources('src');
const edges = sources.flatMap((file) => file.imports);
const ours = edges.filter(({ to }) => /\.(tsx?|json)$/.test(to));

/** "orders" of src/orders/rules/quote.ts; undefined outside of src and at its top. */
const room = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1];
const isFeature = (name: string | undefined) => name !== undefined && name in FEATURES;
const show = (list: readonly Import[]) => list.map(({ from, to }) => `${from} → ${to}`);

test('src holds the rooms of the plan and no other', () => {
  const rooms = new Set(sources.flatMap(({ path }) => room(path) ?? []));
  expect([...rooms].toSorted()).toEqual([...Object.keys(FEATURES), ...BASE, 'app', 'commands'].toSorted());
});

test('every import of src leads to a file that is there', () => {
  const known = new Set(sources.map(({ path }) => path));
  expect(show(ours.filter(({ to }) => to.startsWith('src/') && !known.has(to)))).toEqual([]);
});

describe('who may import whom', () => {
  test('kernel imports nothing of ours', () => {
    expect(show(ours.filter(({ from, to }) => room(from) === 'kernel' && room(to) !== 'kernel'))).toEqual([]);
  });

  test.each(['clients', 'platform'])('%s imports itself and kernel alone', (name) => {
    const allowed = [name, 'kernel'];
    const offending = ours.filter(({ from, to }) => room(from) === name && !allowed.includes(room(to) ?? ''));
    expect(show(offending)).toEqual([]);
  });

  test.each(Object.entries(FEATURES))('%s imports the base and, of features, only %j', (name, allowed) => {
    const may = [name, ...BASE, ...allowed];
    const offending = ours.filter(({ from, to }) => room(from) === name && !may.includes(room(to) ?? ''));
    expect(show(offending)).toEqual([]);
  });

  test('a feature is entered through its index.ts alone, from wherever', () => {
    const offending = ours.filter(
      ({ from, to }) => isFeature(room(to)) && room(from) !== room(to) && !/^src\/[^/]+\/index\.ts$/.test(to),
    );
    expect(show(offending)).toEqual([]);
  });

  test('a feature does not import its own index.ts', () => {
    expect(show(ours.filter(({ from, to }) => to === `src/${room(from)}/index.ts`))).toEqual([]);
  });

  test('nothing of a room imports what puts the rooms together', () => {
    const offending = ours.filter(({ from, to }) => !COMPOSING.test(from) && COMPOSING.test(to));
    expect(show(offending)).toEqual([]);
  });

  test('only main.ts and the support of the tests import app/compose.ts', () => {
    const everywhere = ['src', 'test', 'sandbox', 'scripts', 'example', 'migrations'].flatMap(readSources);
    const importers = everywhere.flatMap(({ imports }) => imports).filter(({ to }) => to === 'src/app/compose.ts');
    const allowed = ({ from }: Import) => from === 'src/main.ts' || from.startsWith('test/support/');
    expect(show(importers.filter((edge) => !allowed(edge)))).toEqual([]);
    expect(importers.filter(allowed).length).toBeGreaterThan(1);
  });

  test('src never imports sandbox, example, test, scripts or bench', () => {
    expect(show(ours.filter(({ to }) => !/^(src|migrations)\//.test(to)))).toEqual([]);
  });

  test('sandbox shares no code with src', () => {
    const shared = readSources('sandbox')
      .flatMap(({ imports }) => imports)
      .filter(({ from, to }) => to.startsWith('src/') && !from.startsWith('sandbox/dev'));
    expect(show(shared)).toEqual([]);
  });
});

test('no cycle anywhere, types included', () => {
  expect(findCycles(sources)).toEqual([]);
});

describe('what a file may hold', () => {
  test('only config.ts reads the environment of the process', () => {
    const readers = sources.filter(({ code }) => /\bprocess\s*(\.|\[['"])\s*env\b/.test(code)).map(({ path }) => path);
    expect(readers).toEqual(['src/config.ts']);
  });

  test('got stands in clients/http.ts alone', () => {
    expect(show(edges.filter(({ to }) => to === 'got'))).toEqual(['src/clients/http.ts → got']);
  });

  const thin = sources.filter(({ path }) => /\.(resolver|route)\.ts$/.test(path));

  test('resolvers and routes know no database', () => {
    expect(thin.length).toBeGreaterThan(5);
    expect(show(thin.flatMap(({ imports }) => imports).filter(({ to }) => to === 'typeorm' || to === 'pg'))).toEqual(
      [],
    );
  });

  test('resolvers, routes and jobs ask no repository and run no SQL of their own', () => {
    const jobs = sources.filter(({ path }) => path.endsWith('/jobs.ts'));
    expect(jobs.length).toBeGreaterThan(2);
    const offending = [...thin, ...jobs].filter(({ code }) => /getRepository\(|createQueryBuilder\(/.test(code));
    expect(offending.map(({ path }) => path)).toEqual([]);
  });

  test('no file of src is longer than 300 lines', () => {
    const long = sources.filter(({ code }) => code.split('\n').length > 300).map(({ path }) => path);
    expect(long).toEqual([]);
  });
});

describe('the scan itself', () => {
  const code = `
    import type { A } from '../kernel/a.ts';
    import { type B, c } from './b.ts'; // import { no } from './comment.ts';
    import {
      type D,
      type E,
    } from '../other/index.ts';
    export * from './re-export.ts';
    import './bare.ts';
    /* import { gone } from './gone.ts'; */
    const late = await import('./late.ts');
    const url = 'https://example.test';
    import got from 'got';
  `;
  const { imports } = parseImports('src/room/file.ts', code);

  test('sees every kind of import, and none in a comment', () => {
    expect(imports.map(({ to }) => to)).toEqual([
      'src/kernel/a.ts',
      'src/room/b.ts',
      'src/other/index.ts',
      'src/room/re-export.ts',
      'got',
      'src/room/bare.ts',
      'src/room/late.ts',
    ]);
  });

  test('tells types from what is there at run time', () => {
    expect(imports.filter(({ typeOnly }) => typeOnly).map(({ to }) => to)).toEqual([
      'src/kernel/a.ts',
      'src/other/index.ts',
    ]);
  });

  test('finds a cycle and shows the way round', () => {
    const files = [
      parseImports('src/a.ts', `import { b } from './b.ts';`),
      parseImports('src/b.ts', `import { c } from './c.ts';`),
      parseImports('src/c.ts', `import { a } from './a.ts';`),
    ];
    expect(findCycles(files)).toEqual(['src/a.ts → src/b.ts → src/c.ts → src/a.ts']);
  });
});

test('nothing that outlives a request keeps requests in a table: src/platform/server/connections.ts says why', () => {
  const ofRequests =
    /new (Weak)?(Map|Set)<(Fastify(Request|Reply)|RequestContext|IncomingMessage|ServerResponse|Asking)\b/;
  const offending = sources.filter(({ path }) => ofRequests.test(readFileSync(path, 'utf8')));
  expect(offending.map(({ path }) => path)).toEqual([]);
});
