import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { buildOnce, endStarted, root, runBuilt } from '../../support/processes/built.ts';

// Each test starts a process or more.
vi.setConfig({ testTimeout: 120_000 });

const SEED = join(root, 'seed/topup-configurations.json');
let db: TestDatabase;
let directory: string;

beforeAll(async () => {
  [db, directory] = await Promise.all([createDatabase(), mkdtemp(join(tmpdir(), 'self-topup-commands-')), buildOnce()]);
});

beforeEach(async () => {
  await db.query('truncate topup_configurations, feature_flags');
  await db.query('select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))');
});

afterAll(async () => {
  await endStarted();
  await db?.drop();
  if (directory) await rm(directory, { recursive: true });
});

function run(name: string, ...args: string[]) {
  return runBuilt(`server/commands/${name}.js`, args, { DATABASE_URL: db.url });
}

async function file(content: unknown): Promise<string> {
  const path = join(directory, 'catalogue.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const seedRows = async (): Promise<Record<string, unknown>[]> => JSON.parse(await readFile(SEED, 'utf8'));
const storedCodes = async () =>
  (await db.query('select code from topup_configurations order by position')).map(({ code }) => code);

test.each([
  ['flags', ['set', 'billing_new_topup'], 'billing_new_topup must be followed by on or off.'],
  ['flags', ['set', 'billing_new_topup', 'perhaps'], 'billing_new_topup must be followed by on or off, not perhaps.'],
  ['jobs', ['retry', 'all', '12'], 'A job is named by its id, a number such as 12: `npm run jobs -- list` has them.'],
  ['jobs', ['drop', 'x'], 'A job is named by its id, a number such as 12: `npm run jobs -- list` has them.'],
])('%s %j is refused with a sentence, its usage and exit code 2', async (name, args, sentence) => {
  const { code, stdout, stderr } = await run(name, ...args);
  expect(stderr.startsWith(`${sentence}\nUsage: npm run ${name} -- ${args[0]} `)).toBe(true);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('jobs retry all goes on after a deadlock with a worker that changes the same jobs', async () => {
  await db.query(`select graphile_worker.add_job('note', run_at := now() - interval '1 hour')`);
  // The rollback of the first attempt leaves the sequence as it is.
  await db.query(`create sequence attempts;
    create function deadlock_once() returns trigger language plpgsql security definer as $$
    begin
      if nextval('attempts') = 1 then raise 'deadlock detected' using errcode = '40P01'; end if;
      return new;
    end $$;
    create trigger deadlock before update on graphile_worker._private_jobs for each row execute function deadlock_once()`);
  const retried = await run('jobs', 'retry', 'all');
  await db.query('drop function deadlock_once cascade; drop sequence attempts');
  expect(retried).toMatchObject({ code: 0, stdout: '1 rescheduled\n', stderr: '' });
});

test('a command without a database names the setting', async () => {
  const { code, stderr } = await runBuilt('server/commands/flags.js', ['list'], {});
  expect(stderr).toContain('DATABASE_URL is missing');
  expect(code).toBe(1);
});

test('a flag that nothing asks for is set, and warned of with those that are', async () => {
  await run('catalogue', 'apply', await file([{ ...(await seedRows())[0], feature_flag: 'voice_beta' }]));
  const { code, stdout, stderr } = await run('flags', 'set', 'biling_new_topup', 'on', 'voice_beta', 'on');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'biling_new_topup is on\nvoice_beta is on\n' });
  expect(stderr).toBe(
    'Warning: nothing asks for biling_new_topup. The pages and the catalogue ask for billing_new_topup_page, billing_new_topup, voice_beta.\n',
  );
});

test('a new quota code, and a flag that was never set, are applied and warned of', async () => {
  const [row] = await seedRows();
  const first = await run('catalogue', 'apply', await file([row]));
  expect(first).toMatchObject({ code: 0, stderr: '' });
  const renamed = { ...row, code: 'wa_balnce', excess_key: null, feature_flag: 'wa_beta' };
  const { code, stdout, stderr } = await run('catalogue', 'check', await file([row, renamed]));
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/2 rows, no fault\n$/) });
  expect(stderr.split('\n')).toEqual([
    'Warning: no row had the quota code wa_balnce before: top-ups will credit a counter of this name. The catalogue has wa_balance.',
    'Warning: the flag wa_beta of wa_balnce was never set: the row stays hidden until it is on.',
    '',
  ]);
});

test('a type of events that no order has yet is subscribed to, and warned of', async () => {
  const types = ['--type', 'topup_order.paid', '--type', 'mail_sent'];
  const call = ['subscribe', '--url', 'https://erp.example.com/hooks', '--all-organizations', '--json', ...types];
  const { code, stdout, stderr } = await run('events', ...call);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).types).toEqual(['topup_order.paid', 'topup_order.mail_sent']);
  expect(stderr).toBe('Warning: no order has steps of type topup_order.mail_sent yet, so none will be sent.\n');
  await db.query('delete from event_subscriptions');
});

test('a catalogue file that cannot be read is named in a sentence', async () => {
  for (const [path, reason] of [
    [join(directory, 'nowhere.json'), 'there is no such file'],
    [directory, 'it is a directory'],
  ] as const)
    expect(await run('catalogue', 'check', path)).toMatchObject({
      code: 1,
      stderr: `${path} cannot be read: ${reason}\n`,
    });
});

test('migrate brings an empty database up to date, and reports that the second time', async () => {
  const empty = await createDatabase('template1');
  try {
    const migrate = () => runBuilt('server/commands/migrate.js', [], { DATABASE_URL: empty.url });
    expect(await migrate()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Applied: \w+/) });
    expect(await migrate()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Nothing to apply/) });
    expect(await empty.query('select count(*)::int as orders from topup_orders')).toEqual([{ orders: 0 }]);
  } finally {
    await empty.drop();
  }
});

test('two migrations at once leave one migrated database', async () => {
  const empty = await createDatabase('template1');
  try {
    const migrate = () => runBuilt('server/commands/migrate.js', [], { DATABASE_URL: empty.url });
    const [first, second] = await Promise.all([migrate(), migrate()]);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect([first, second].filter(({ stdout }) => stdout.startsWith('Applied'))).toHaveLength(1);
  } finally {
    await empty.drop();
  }
});

test('catalogue check accepts the shipped file and stores nothing; apply stores it; show prints it in the form of apply', async () => {
  expect(await run('catalogue', 'check', SEED)).toMatchObject({ code: 0, stdout: expect.stringContaining('no fault') });
  expect(await storedCodes()).toEqual([]);

  expect((await run('catalogue', 'apply', SEED)).code).toBe(0);
  expect(await storedCodes()).toEqual((await seedRows()).map(({ code }) => code));

  const shown = await run('catalogue', 'show');
  expect(shown.code).toBe(0);
  const again = await run('catalogue', 'apply', await file(shown.stdout));
  expect(again.code).toBe(0);
  expect((await run('catalogue', 'show')).stdout).toBe(shown.stdout);
});

test('a catalogue with faults names row and column of each, and none of it is applied', async () => {
  const [first, second, third, ...rest] = await seedRows();
  const { label: _label, ...unlabelled } = second ?? {};
  const faulty = [
    { ...first, base_price: '1.5' },
    unlabelled,
    { ...third, colour: 'red', active: 'yes' },
    ...rest,
    first,
  ];
  const path = await file(faulty);
  for (const verb of ['check', 'apply']) {
    const { code, stdout, stderr } = await run('catalogue', verb, path);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/row 1 \(wa_balance\), column base_price: /);
    expect(stderr).toMatch(/row 2 \(muv\), column label: /);
    expect(stderr).toMatch(/row 3 \(agent_extra\), column colour: /);
    expect(stderr).toMatch(/row 3 \(agent_extra\), column active: /);
    expect(stderr).toMatch(new RegExp(`row ${faulty.length} \\(wa_balance\\), column code: is the same as in row 1`));
    expect(await storedCodes()).toEqual([]);
  }
});

test.each([
  ['no JSON', '[{', /is not JSON/],
  ['ambiguous', '[\n  {"code": "muv",\n   "label": "A", "label": "B"}\n]', /line 3, column 18: "label" occurs twice/],
  ['no array', '{"code":"muv"}', /not an array/],
  ['an array of no rows', '[1, null]', /row 1, column .*\n.*row 2, column /],
])('a catalogue file that is %s is refused', async (_kind, content, reason) => {
  const { code, stderr } = await run('catalogue', 'apply', await file(content));
  expect(stderr).toMatch(reason);
  expect(code).toBe(1);
});

test('a missing catalogue file is refused', async () => {
  const { code, stderr } = await run('catalogue', 'apply', join(directory, 'missing.json'));
  expect(stderr).toContain('missing.json');
  expect(code).toBe(1);
});

test('apply reports the rows that the file does not name, and leaves them', async () => {
  await run('catalogue', 'apply', SEED);
  const [first] = await seedRows();
  const { code, stdout } = await run('catalogue', 'apply', await file([{ ...first, label: 'Balance' }]));
  expect(code).toBe(0);
  expect(stdout).toMatch(/left as they are: .*muv/);
  expect(await db.query("select label from topup_configurations where code = 'wa_balance'")).toEqual([
    { label: 'Balance' },
  ]);
  expect(await storedCodes()).toContain('muv');
});

test('flags are listed as set, together or not at all', async () => {
  expect(await run('flags', 'list')).toMatchObject({ code: 0, stdout: expect.stringContaining('No flag') });
  expect((await run('flags', 'set', 'billing_new_topup', 'on', 'billing_new_topup_page', 'off')).code).toBe(0);
  const refused = await run('flags', 'set', 'billing_new_topup', 'off', 'Not A Flag', 'on');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('Not A Flag') });
  expect((await run('flags', 'list')).stdout).toBe('on   billing_new_topup\noff  billing_new_topup_page\n');
});

async function addStuckJob(key: string): Promise<string> {
  const [job] = await db.query<{ id: string }>(
    `select id::text from graphile_worker.add_job('paid-pi', '{}'::json, run_at := now() - interval '1 hour', job_key := $1)`,
    [key],
  );
  return job?.id ?? '';
}

test('jobs list shows the stuck jobs, and retry runs the named ones again, or all', async () => {
  expect(await run('jobs', 'list')).toMatchObject({ code: 0, stdout: '0 stuck\n' });
  const [first, second] = [await addStuckJob('first'), await addStuckJob('second')];
  const listed = await run('jobs', 'list');
  expect(listed.stdout).toMatch(new RegExp(`^${first}  first  attempts 0/25 .*\\n${second}  second .*\\n2 stuck\\n$`));

  expect(await run('jobs', 'retry', first)).toMatchObject({ code: 0, stdout: '1 rescheduled\n' });
  expect((await run('jobs', 'list')).stdout).toMatch(new RegExp(`^${second}  second .*\\n1 stuck\\n$`));
  expect(await run('jobs', 'retry', 'all')).toMatchObject({ code: 0, stdout: '1 rescheduled\n' });
  expect((await run('jobs', 'list')).stdout).toBe('0 stuck\n');
});

test('audit exits with 1 on a violation, and names it and its place; with 0 otherwise', async () => {
  expect(await run('audit')).toMatchObject({ code: 0, stderr: '' });
  const planted = [`begin`, `set local session_replication_role = replica`];
  const unplanted = `delete from organization_packages where organization_id = 'planted'`;
  const plant = `insert into organization_packages values ('planted', 'muv', 5, 0, now())`;
  await db.query([...planted, plant, 'commit'].join(';'));
  const { code, stdout } = await run('audit');
  await db.query([...planted, unplanted, 'commit'].join(';'));
  expect(stdout).toMatch(/^FAIL {2}counter_equals_ledger: 1\. .*\n {6}planted muv: balance 5, ledger ;/m);
  expect(code).toBe(1);
});
