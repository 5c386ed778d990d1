import { createTransport } from 'nodemailer';
import { expect } from 'vitest';
import type { Sandbox } from '../../../sandbox/index.ts';
import { test } from './sandbox-test.ts';
import { control, dataOf, errorOf } from './signed-fetch.ts';

async function send(sandbox: Sandbox, change: Record<string, unknown> = {}): Promise<unknown> {
  const transport = createTransport(sandbox.mail.smtpUrl);
  try {
    return await transport.sendMail({
      from: { name: 'Qontak', address: sandbox.mail.from },
      to: 'siti@example.test',
      subject: 'Pesanan TOP-1 menunggu pembayaran ✓',
      text: 'Bayar Rp1.000.000',
      html: '<p>Bayar <b>Rp1.000.000</b></p>',
      ...change,
    });
  } finally {
    transport.close();
  }
}

test('a mail arrives, parsed, and resolves its waiter', async ({ sandbox }) => {
  const awaited = sandbox.mail.waitFor(({ to }) => to.includes('siti@example.test'));
  await send(sandbox, { headers: { 'X-Correlation-Id': 'abc' } });
  expect(await awaited).toMatchObject({
    subject: 'Pesanan TOP-1 menunggu pembayaran ✓',
    from: expect.stringContaining(sandbox.mail.from),
    to: ['siti@example.test'],
    text: expect.stringContaining('Rp1.000.000'),
    html: expect.stringContaining('<b>Rp1.000.000</b>'),
    headers: { 'x-correlation-id': 'abc' },
    envelope: { from: sandbox.mail.from, to: ['siti@example.test'] },
  });
  expect(sandbox.mail.messages()).toHaveLength(1);
  await expect(sandbox.mail.waitFor(() => false, 1)).rejects.toThrow('no such mail within 1 ms; 1 others are there');
});

test('the mailbox shows a mail as a list, as HTML in a sandboxed frame, as text and as JSON', async ({ sandbox }) => {
  await send(sandbox, { subject: '<script>1</script>' });
  const [message] = sandbox.mail.messages();
  const get = async (path: string) => (await fetch(sandbox.mail.url + path)).text();
  expect(await get('/')).toContain('&lt;script&gt;');
  expect(await get(`/messages/${message?.id}`)).toContain('<iframe title="HTML" sandbox="');
  expect(await get(`/messages/${message?.id}?view=text`)).toContain('<pre>Bayar Rp1.000.000');
  const raw = await fetch(`${sandbox.mail.url}/messages/${message?.id}/html`);
  expect(raw.headers.get('content-security-policy')).toContain(
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'",
  );
  expect(await dataOf(await fetch(`${sandbox.mail.url}/api/messages`))).toEqual([message]);
  expect((await fetch(`${sandbox.mail.url}/messages/unknown`)).status).toBe(404);
  await control(`${sandbox.mail.url}/_sandbox/messages`, 'DELETE');
  expect(sandbox.mail.messages()).toEqual([]);
});

test('451 and 550 reach the matching recipients, as often as set', async ({ sandbox }) => {
  await sandbox.mail.faults.set([
    { kind: 'reject', times: 1 },
    { kind: 'reject', status: 550, match: { to: 'siti@' } },
  ]);
  await expect(send(sandbox)).rejects.toMatchObject({ responseCode: 451 });
  await expect(send(sandbox)).rejects.toMatchObject({ responseCode: 550 });
  await send(sandbox, { to: 'budi@example.test' });
  expect(sandbox.mail.messages().map(({ to }) => to)).toEqual([['budi@example.test']]);
  expect(sandbox.mail.requests().map(({ status }) => status)).toEqual([451, 550, 250]);
});

test('drop-answer keeps the mail but hides it from the sender', async ({ sandbox }) => {
  await sandbox.mail.faults.set([{ kind: 'drop-answer', times: 1 }]);
  await expect(send(sandbox)).rejects.toThrow();
  expect(sandbox.mail.messages()).toHaveLength(1);
});

test('hang ends with a stop', async ({ sandbox }) => {
  await control(`${sandbox.mail.url}/_sandbox/faults`, 'PUT', [{ kind: 'hang' }]);
  const outcome = send(sandbox).then(
    () => 'sent',
    () => 'broken',
  );
  await sandbox.mail.waitForRequest({ path: 'siti@' });
  await sandbox.stop();
  expect(await outcome).toBe('broken');
});

test('refuse holds until accept, over HTTP and in process', async ({ sandbox }) => {
  const faults = `${sandbox.mail.url}/_sandbox/faults`;
  await control(faults, 'PUT', [{ kind: 'refuse' }]);
  await expect(send(sandbox)).rejects.toThrow('ECONNREFUSED');
  await control(faults, 'PUT', []);
  await send(sandbox);
  await sandbox.mail.refuse();
  await expect(send(sandbox)).rejects.toThrow('ECONNREFUSED');
  await sandbox.mail.accept();
  await send(sandbox);
  expect(sandbox.mail.messages()).toHaveLength(2);
  expect(await errorOf(await control(faults, 'PUT', [{ kind: 'reject', status: 452 }]))).toMatchObject({
    fields: ['[0].status'],
  });
});
