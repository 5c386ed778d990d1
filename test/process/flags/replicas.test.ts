import { randomUUID } from 'node:crypto';
import { InMemoryProvider } from '@openfeature/server-sdk';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CreateTopupOrderDocument } from '../../generated/operations.ts';
import { ALL_FLAGS, startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { toItems, until } from '../../support/app/purchase.ts';
import { countSql, type SqlCounter } from '../../support/database/sql-counter.ts';
import { buildOnce, endStarted, runBuilt } from '../../support/processes/built.ts';

vi.setConfig({ testTimeout: 60_000 });

const PAGE = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization {
  id topupEligibility { orderingEnabled reasons } topupOptions { code }
} } }`;

/** Stands still until a test advances it: only then does a copy expire. */
let at = new Date();
const clock = { now: () => at };
const advance = (ms: number) => {
  at = new Date(at.getTime() + ms);
};

let app: TestApp;
let replica: TestApp;
let sql: SqlCounter;

beforeAll(async () => {
  await buildOnce();
  app = await startApp({ clock, withoutBackground: true });
  replica = await startApp({ clock, withoutBackground: true, shared: app });
  sql = countSql(app);
});
afterAll(async () => {
  await endStarted();
  await replica?.close();
  await app?.close();
});

/** The reasons of these organizations in one request, as support reads them. */
async function askPages(of: TestApp, ids: readonly string[] = ['1001']) {
  const support = await of.client({ scope: 'topup:support' });
  return support.send(PAGE, { of: ids.map((id) => ({ __typename: 'Organization', id })) });
}

async function pageOf(of: TestApp, id = '1001') {
  const { data, errors } = await askPages(of, [id]);
  expect(errors).toBeUndefined();
  return data._entities[0];
}

async function reasonsOf(of: TestApp, id?: string): Promise<string[]> {
  return (await pageOf(of, id)).topupEligibility.reasons;
}

async function tryCreate(of: TestApp, organizationId: string, code: string, quantity: string) {
  const client = await of.client({ organization_id: organizationId });
  const items = toItems(organizationId, { [code]: quantity });
  return client.send(CreateTopupOrderDocument, { input: { items, idempotencyKey: randomUUID() } });
}

async function refusalsOf(...order: Parameters<typeof tryCreate>) {
  const { data } = await tryCreate(...order);
  return data?.createTopupOrder?.userErrors.map(({ code }) => code);
}

async function setByCommand(...flags: string[]): Promise<void> {
  const { code, stderr } = await runBuilt('server/commands/flags.js', ['set', ...flags], { DATABASE_URL: app.db.url });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

const ofFlags = (statements: readonly string[]) => statements.filter((text) => text.includes('feature_flags'));

describe('flags of the table', () => {
  test('that a command changes reach every replica within five seconds, and the orders there', async () => {
    expect(await Promise.all([app, replica].map((each) => reasonsOf(each)))).toEqual([[], []]);
    await setByCommand('billing_new_topup', 'off');
    try {
      // Neither copy has aged: only time makes a replica read again.
      expect(await Promise.all([app, replica].map((each) => reasonsOf(each)))).toEqual([[], []]);
      advance(5000);
      for (const each of [app, replica]) {
        expect(await refusalsOf(each, '1001', 'agent_extra', '1')).toEqual(['FEATURE_DISABLED']);
        expect(await reasonsOf(each)).toEqual(['ORDER_FLAG_OFF']);
      }
    } finally {
      await setByCommand('billing_new_topup', 'on');
    }
    advance(5000);
    expect(await Promise.all([app, replica].map((each) => reasonsOf(each)))).toEqual([[], []]);
  });

  test('cost one statement in two seconds for a thousand fields of fifty organizations, and none before', async () => {
    const ids = Array.from({ length: 50 }, () => addOrganization(app.sandbox, '1001'));
    const aliases = Array.from({ length: 10 }, (_, index) => {
      return `o${index}: topupOptions { code } e${index}: topupEligibility { reasons }`;
    });
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization { ${aliases.join(' ')} } } }`;
    const support = await app.client({ scope: 'topup:support' });
    const of = ids.map((id) => ({ __typename: 'Organization', id }));
    const ask = async () => {
      const { _entities } = await support.query(query, { of });
      expect(_entities.flatMap((entity: object) => Object.values(entity))).toHaveLength(1000);
      expect(_entities[49].o9).toHaveLength(5);
    };
    advance(2000);
    expect(ofFlags(await sql.during(ask))).toHaveLength(1);
    advance(1999);
    expect(ofFlags(await sql.during(ask))).toHaveLength(0);
    advance(1);
    expect(ofFlags(await sql.during(() => Promise.all([ask(), ask(), ask()])))).toHaveLength(1);
  });

  test('are an error while the table cannot be read, never "off"; a recent read serves for a moment', async () => {
    app.logs.length = 0;
    await app.setFlag('billing_new_topup', true);
    expect(await reasonsOf(app)).toEqual([]);
    await app.db.query('alter table feature_flags rename to feature_flags_away');
    try {
      advance(2000);
      expect(await reasonsOf(app)).toEqual([]);
      advance(2000);
      const { data, errors } = await askPages(app);
      expect(data._entities).toEqual([{ id: '1001', topupEligibility: null, topupOptions: null }]);
      expect(errors?.map(({ path, extensions }) => [path?.at(-1), extensions['code']])).toEqual([
        ['topupEligibility', 'INTERNAL_SERVER_ERROR'],
        ['topupOptions', 'INTERNAL_SERVER_ERROR'],
      ]);
      const order = await tryCreate(app, '1001', 'agent_extra', '1');
      expect(order.data?.createTopupOrder).toBeNull();
      expect(order.errors?.map(({ extensions }) => extensions['code'])).toEqual(['INTERNAL_SERVER_ERROR']);
      const reports = app.logs.filter(({ event }) => event === 'flags_unreadable');
      expect(reports.map(({ reason }) => reason)).toEqual(Array(2).fill('relation "feature_flags" does not exist'));
    } finally {
      await app.db.query('alter table feature_flags_away rename to feature_flags');
    }
    advance(2000);
    expect(await reasonsOf(app)).toEqual([]);
    expect(await refusalsOf(app, '1001', 'agent_extra', '1')).toEqual([]);
  });
});

describe('another provider', () => {
  /** Flags that are on for these organizations and off for the others. */
  const onFor = (...organizations: string[]) => ({
    variants: { on: true, off: false },
    defaultVariant: 'off',
    disabled: false,
    contextEvaluator: ({ targetingKey = '' }) => (organizations.includes(targetingKey) ? 'on' : 'off'),
  });
  const forAll = { variants: { on: true }, defaultVariant: 'on', disabled: false };

  const startWith = (flagProvider: InMemoryProvider) =>
    startApp({ clock, withoutBackground: true, shared: app, flagProvider });

  test('can be on for one organization and off for another: the page, its reasons, and the orderable options', async () => {
    const [all = '', page = '', noVoice = ''] = [1, 2, 3].map(() => addOrganization(app.sandbox, '1001'));
    const other = await startWith(
      new InMemoryProvider({
        billing_new_topup_page: forAll,
        billing_new_topup: onFor(all, noVoice),
        billing_voice_call_topup: onFor(all, page),
      }),
    );
    try {
      const { data, errors } = await askPages(other, [all, page, noVoice]);
      expect(errors).toBeUndefined();
      const pages = data._entities.map((entity: Awaited<ReturnType<typeof pageOf>>) => [
        entity.topupEligibility.reasons,
        entity.topupOptions.map(({ code }: { code: string }) => code),
      ]);
      // chatbot_ai_extra needs a flag that this provider does not know.
      expect(pages).toEqual([
        [[], ['wa_balance', 'muv', 'agent_extra', 'voice_call_extra']],
        [['ORDER_FLAG_OFF'], ['wa_balance', 'muv', 'agent_extra', 'voice_call_extra']],
        [[], ['wa_balance', 'muv', 'agent_extra']],
      ]);
      expect(await refusalsOf(other, all, 'voice_call_extra', '500000')).toEqual([]);
      expect(await refusalsOf(other, page, 'voice_call_extra', '500000')).toEqual(['FEATURE_DISABLED']);
      expect(await refusalsOf(other, noVoice, 'voice_call_extra', '500000')).toEqual(['OPTION_UNAVAILABLE']);
      expect(await refusalsOf(other, noVoice, 'agent_extra', '1')).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('belongs to one server: another in the process keeps its own, even after either has stopped', async () => {
    let closed = 0;
    const onClose = async () => {
      closed += 1;
    };
    const off = await startWith(Object.assign(new InMemoryProvider(), { onClose }));
    const on = await startWith(new InMemoryProvider(Object.fromEntries(ALL_FLAGS.map((flag) => [flag, forAll]))));
    try {
      expect(await reasonsOf(off)).toEqual(['PAGE_FLAG_OFF', 'ORDER_FLAG_OFF']);
      expect(await reasonsOf(on)).toEqual([]);
      await app.setFlag('billing_new_topup_page', false);
      expect(await reasonsOf(app)).toEqual(['PAGE_FLAG_OFF']);
      expect(await reasonsOf(on)).toEqual([]);
      expect(closed).toBe(0);
      await off.close();
      expect(closed).toBe(1);
      expect(await reasonsOf(on)).toEqual([]);
      expect(await reasonsOf(app)).toEqual(['PAGE_FLAG_OFF']);
    } finally {
      await on.close();
      await app.setFlag('billing_new_topup_page', true);
    }
    expect(await reasonsOf(app)).toEqual([]);
  });

  test('that is slow to begin delays no start: a flag is an error until then, and works afterwards', async () => {
    const begun = Promise.withResolvers<void>();
    const provider = new InMemoryProvider({ billing_new_topup_page: forAll, billing_new_topup: forAll });
    const late = await startWith(Object.assign(provider, { initialize: () => begun.promise }));
    try {
      expect(late.logs.filter(({ event }) => event === 'flag_provider_not_ready')).toHaveLength(1);
      expect((await fetch(`${late.url}/readyz`)).status).toBe(200);
      expect((await askPages(late)).errors?.map(({ extensions }) => extensions['code'])).toEqual([
        'INTERNAL_SERVER_ERROR',
        'INTERNAL_SERVER_ERROR',
      ]);
      begun.resolve();
      await until(
        () => askPages(late),
        ({ errors }) => errors === undefined,
      );
      expect(await reasonsOf(late)).toEqual([]);
    } finally {
      await late.close();
    }
  });
});
