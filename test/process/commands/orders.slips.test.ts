import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { purchaseWithWithholding, withhold } from '../../support/app/withholding.ts';
import { buildOnce, endStarted, runBuilt } from '../../support/processes/built.ts';

// Each test starts a process or more.
vi.setConfig({ testTimeout: 120_000 });

let app: TestApp;
let organization: string;
let number: string;

beforeAll(async () => {
  [app] = await Promise.all([startApp(), buildOnce()]);
  await withhold(app, 'wa_balance');
  organization = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: organization });
  ({ number } = await purchaseWithWithholding(app, client, organization));
});
afterAll(async () => {
  await endStarted();
  await app.close();
});

const BY = ['--actor', 'rina', '--reason', 'Received by mail'];
const run = (...args: string[]) => runBuilt('server/commands/orders.js', args, { DATABASE_URL: app.db.url });

test('slips lists what is awaited as text, CSV and JSON; slip records it, and show tells it', async () => {
  const today = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
  const listed = await run('slips', '--organization', organization);
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(listed.stdout).toContain(`${number}          Rp20.000  paid on ${today}  ${organization} `);
  expect(listed.stdout).toContain('\n1 awaited, Rp20.000\n');
  const [header, row, rest] = (await run('slips', '--csv')).stdout.split('\r\n');
  expect(header).toBe('"order_number","organization_id","organization_name","withheld","paid_on"');
  expect(row).toMatch(new RegExp(`^"${number}","${organization}","[^"]+",20000,"${today}"$`));
  expect(rest).toBe('');
  expect(JSON.parse((await run('slips', '--json')).stdout)).toMatchObject([{ number, withheld: '20000' }]);
  expect((await run('show', number)).stdout).toContain('  withheld Rp20.000  slip none yet  tax invoice -\n');

  const unsigned = await run('slip', number, '--number', 'BP-77');
  expect(unsigned).toMatchObject({ code: 2, stdout: '' });
  const rehearsed = await run('slip', number, '--number', 'BP-77', '--dry-run');
  expect(rehearsed.stdout).toBe(
    `${number}: withholding slip BP-77 is recorded\n  withheld           Rp20.000\nDry run: nothing was changed.\n`,
  );
  const recorded = await run(
    'slip',
    number,
    '--number',
    'BP-77',
    '--tax-invoice',
    '010-1',
    '--date',
    '2026-11-20',
    ...BY,
  );
  expect(recorded).toMatchObject({
    code: 0,
    stdout: `${number}: withholding slip BP-77 of 2026-11-20 is recorded\n  withheld           Rp20.000\n  tax invoice        010-1\n`,
  });
  expect(JSON.parse((await run('slip', number, '--number', 'BP-77', '--json', ...BY)).stdout)).toMatchObject({
    outcome: 'UNCHANGED',
    slip: { number: 'BP-77', date: '2026-11-20', taxInvoiceNumber: '010-1' },
  });
  expect((await run('slip', number, '--number', 'BP-78', ...BY)).stdout).toContain('  before             BP-77\n');

  expect((await run('slips')).stdout).toBe('0 awaited, Rp0\n');
  const { stdout } = await run('show', number);
  expect(stdout).toContain('  withheld Rp20.000  slip BP-78 of 2026-11-20  tax invoice 010-1\n');
  expect(stdout).toContain('by rina: Received by mail');
  expect(stdout).toContain('command orders slip');
});

test.each([
  [
    ['slip', 'TU-261122-7K3M-9QXE', '--number', 'BP-1', '--date', '2026-02-30'],
    '--date must be a day such as 2026-11-22, not 2026-02-30.',
  ],
  [['slip', 'TU-261122-7K3M-9QXE'], 'The option --number <number> is missing.'],
  [['slips', '--csv', '--json'], 'Give --csv or --json, not both.'],
])('%j is refused with a sentence and 2', async (args, sentence) => {
  const { code, stderr } = await run(...args);
  expect({ code, first: stderr.split('\n')[0] }).toEqual({ code: 2, first: sentence });
});
