import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ORDER_STATUSES } from '../../src/orders/rules/order-state.ts';
import { findCycles, type Import, parseImports, readSources } from '../support/tools/imports.ts';

/**
 * The import rules of the house. A failure lists the offending edges, "file → file". `FEATURES` lists the features that each feature may
 * import, through their index.ts.
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
  statement: ['organizations', 'ledger', 'orders'],
  documents: ['orders', 'payments', 'fulfilment'],
  'event-delivery': ['orders'],
  audit: ['orders', 'payments'],
};
const BASE = ['kernel', 'clients', 'platform'];
/** The feature whose store/ may name a table; audit/ and migrations/ name them all. */
const TABLES: Record<string, readonly string[]> = {
  topup_orders: ['src/orders/store/'],
  topup_order_lines: ['src/orders/store/'],
  topup_order_events: ['src/orders/store/'],
  idempotency_keys: ['src/orders/store/'],
  payment_events: ['src/payments/store/'],
  payment_exception_closings: ['src/payments/store/'],
  order_payments: ['src/payments/store/'],
  order_give_backs: ['src/payments/store/'],
  payment_lookup_failures: ['src/payments/store/'],
  quota_ledger_entries: ['src/ledger/store/'],
  organization_packages: ['src/ledger/store/'],
  booking_corrections: ['src/fulfilment/store/'],
  order_mail_deliveries: ['src/fulfilment/store/'],
  unsent_order_mails: ['src/fulfilment/store/'],
  refused_mail_addresses: ['src/fulfilment/store/'],
  replaced_quotes: ['src/orders/store/'],
  order_documents: ['src/documents/store/'],
  topup_configurations: ['src/topup-options/store/'],
  action_trail: ['src/action-trail/store/'],
  event_subscriptions: ['src/event-delivery/store/'],
  event_deliveries: ['src/event-delivery/store/'],
  audit_runs: [],
  feature_flags: ['src/platform/flags/store/'],
  job_workers: ['src/platform/jobs/store/'],
  // Roles get their rights on the queue's tables in the same place as all others.
  graphile_worker: ['src/platform/jobs/store/', 'src/platform/database/roles.ts'],
};
/** Files at the top of src, the composition root and the commands: they connect the parts, and nothing imports them. */
const COMPOSING = /^src\/((app|commands)\/.*|[^/]+\.ts)$/;

const sources = readSources('src');
const edges = sources.flatMap((file) => file.imports);
const ours = edges.filter(({ to }) => /\.(tsx?|json)$/.test(to));

/** "orders" of src/orders/rules/quote.ts; undefined outside of src and at its top. */
const room = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1];
const isFeature = (name: string | undefined) => name !== undefined && name in FEATURES;
const show = (list: readonly Import[]) => list.map(({ from, to }) => `${from} → ${to}`);

test('src holds exactly the rooms of the plan', () => {
  const rooms = new Set(sources.flatMap(({ path }) => room(path) ?? []));
  expect([...rooms].toSorted()).toEqual([...Object.keys(FEATURES), ...BASE, 'app', 'commands'].toSorted());
});

test('every import of src leads to an existing file', () => {
  const known = new Set(sources.map(({ path }) => path));
  expect(show(ours.filter(({ to }) => to.startsWith('src/') && !known.has(to)))).toEqual([]);
});

describe('import rules', () => {
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

  test('a feature is entered through its index.ts alone, from anywhere', () => {
    const offending = ours.filter(
      ({ from, to }) => isFeature(room(to)) && room(from) !== room(to) && !/^src\/[^/]+\/index\.ts$/.test(to),
    );
    expect(show(offending)).toEqual([]);
  });

  test('a feature does not import its own index.ts', () => {
    expect(show(ours.filter(({ from, to }) => to === `src/${room(from)}/index.ts`))).toEqual([]);
  });

  test('no room imports the composition root', () => {
    const offending = ours.filter(({ from, to }) => !COMPOSING.test(from) && COMPOSING.test(to));
    expect(show(offending)).toEqual([]);
  });

  test('only app/serve.ts and the support of the tests import app/compose.ts', () => {
    const everywhere = ['src', 'test', 'sandbox', 'scripts', 'example', 'migrations'].flatMap(readSources);
    const importers = everywhere.flatMap(({ imports }) => imports).filter(({ to }) => to === 'src/app/compose.ts');
    const allowed = ({ from }: Import) => from === 'src/app/serve.ts' || from.startsWith('test/support/');
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

test('there is no import cycle, types included', () => {
  expect(findCycles(sources)).toEqual([]);
});

describe('rooms of a feature', () => {
  /** "store" of src/orders/store/moves.ts; undefined at a feature's top. */
  const roomWithin = (path: string) => /^src\/[^/]+\/([^/]+)\//.exec(path)?.[1];
  const ofFeatures = sources.filter(({ path }) => isFeature(room(path)));
  const within = (name: string) => ofFeatures.filter(({ path }) => roomWithin(path) === name);
  const outside = (...names: string[]) => ofFeatures.filter(({ path }) => !names.includes(roomWithin(path) ?? ''));

  test('rules import no other room of their feature, and nothing with I/O', () => {
    const rules = within('rules');
    expect(rules.length).toBeGreaterThan(10);
    const io = ['typeorm', 'pg', 'got', 'dataloader', 'type-graphql', 'nodemailer'];
    const offending = rules
      .flatMap(({ imports }) => imports)
      .filter(({ from, to }) => io.includes(to) || (room(from) === room(to) && roomWithin(to) !== 'rules'))
      // The port has the vocabulary of payments' rules, and contains types alone.
      .filter(({ to }) => to !== 'src/payments/provider.ts');
    expect(show(offending)).toEqual([]);
  });

  test('SQL and repositories stand in store/ and audit/ alone', () => {
    const offending = outside('store', 'checks').filter(
      ({ path, code }) =>
        room(path) !== 'audit' && /\bsql(<[^>]*>)?`|getRepository\(|createQueryBuilder\(|\.query\(/.test(code),
    );
    expect(offending.map(({ path }) => path)).toEqual([]);
  });

  test('only the owner’s store/ and audit/ name a table', () => {
    const offending = Object.entries(TABLES).flatMap(([table, owners]) =>
      sources
        .filter(({ code }) =>
          new RegExp(`\\b(from|join|into|update|table|lock|Entity\\(') ?${table}\\b`, 'i').test(code),
        )
        .map(({ path }) => path)
        .filter((path) => room(path) !== 'audit' && !owners.some((owner) => path.startsWith(owner)))
        .map((path) => `${table} in ${path}`),
    );
    expect(offending).toEqual([]);
  });

  test('a feature’s INSERT is made from its entity: insertInto()', () => {
    const written = ofFeatures.filter(({ code }) => /\binsert into\b/i.test(code)).map(({ path }) => path);
    expect(written).toEqual([]);
    const inserted = sources.flatMap(({ code }) =>
      [...code.matchAll(/insertInto\((\w+)\)/g)].map(([, entity]) => entity),
    );
    expect(inserted.length).toBeGreaterThan(6);
    expect(new Set(inserted).size).toBe(inserted.length);
  });

  test('no status of an order is typed into a statement', () => {
    const offending = sources.filter(({ code }) =>
      [...code.matchAll(/\bsql(?:<[^`]*>)?`([^`]*)`/g)].some(([, text = '']) =>
        ORDER_STATUSES.some((status) => text.replaceAll(/\$\{[^}]*\}/g, '').includes(`'${status}'`)),
      ),
    );
    expect(offending.map(({ path }) => path)).toEqual([]);
  });
});

describe('contents of a file', () => {
  test('only config.ts reads the environment of the process', () => {
    const readers = sources.filter(({ code }) => /\bprocess\s*(\.|\[['"])\s*env\b/.test(code)).map(({ path }) => path);
    expect(readers).toEqual(['src/config.ts']);
  });

  test('got appears in two clients alone: of the neighbours, and of subscribers', () => {
    expect(show(edges.filter(({ to }) => to === 'got'))).toEqual([
      'src/clients/http.ts → got',
      'src/clients/webhook-sender.ts → got',
    ]);
  });

  test('resolvers and routes use no database', () => {
    const thin = sources.filter(({ path }) => /\.(resolver|route)\.ts$/.test(path));
    expect(thin.length).toBeGreaterThan(5);
    expect(show(thin.flatMap(({ imports }) => imports).filter(({ to }) => to === 'typeorm' || to === 'pg'))).toEqual(
      [],
    );
  });

  test('no file of src is longer than 250 lines', () => {
    const long = sources.filter(({ code }) => code.split('\n').length > 250).map(({ path }) => path);
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

  test('tells types from runtime imports', () => {
    expect(imports.filter(({ typeOnly }) => typeOnly).map(({ to }) => to)).toEqual([
      'src/kernel/a.ts',
      'src/other/index.ts',
    ]);
  });

  test('finds a cycle and prints its path', () => {
    const files = [
      parseImports('src/a.ts', `import { b } from './b.ts';`),
      parseImports('src/b.ts', `import { c } from './c.ts';`),
      parseImports('src/c.ts', `import { a } from './a.ts';`),
    ];
    expect(findCycles(files)).toEqual(['src/a.ts → src/b.ts → src/c.ts → src/a.ts']);
  });
});

test('no long-lived object keeps requests in a table: src/platform/server/connections.ts says why', () => {
  const ofRequests =
    /new (Weak)?(Map|Set)<(Fastify(Request|Reply)|RequestContext|IncomingMessage|ServerResponse|Asking)\b/;
  const offending = sources.filter(({ path }) => ofRequests.test(readFileSync(path, 'utf8')));
  expect(offending.map(({ path }) => path)).toEqual([]);
});
