import { expect } from 'vitest';
import { newInvoice } from './invoice-body.ts';
import { test } from './sandbox-test.ts';
import { signedFetch } from './signed-fetch.ts';

const listening = (environment: Record<string, string>) =>
  ['HUB_CORE_URL', 'MEKARI_BILLING_URL', 'MEKARI_PAY_URL', 'MODERATOR_URL', 'AUTH_ISSUER'].map(
    (name) => environment[name] ?? '',
  );

test('the environment has every setting of a neighbour', async ({ start }) => {
  const webhookSecrets = [
    `whsec_${Buffer.from('one').toString('base64')}`,
    `whsec_${Buffer.from('two').toString('base64')}`,
  ];
  const sandbox = await start({ credentials: { clientId: 'me', clientSecret: 'mine' }, webhookSecrets });
  expect(sandbox.environment()).toEqual({
    HUB_CORE_URL: sandbox.hubCore.url,
    MEKARI_BILLING_URL: sandbox.mekariBilling.url,
    MEKARI_PAY_URL: sandbox.mekariPay.url,
    MODERATOR_URL: sandbox.moderator.url,
    MEKARI_CLIENT_ID: 'me',
    MEKARI_CLIENT_SECRET: 'mine',
    MEKARI_PAY_WEBHOOK_SECRET: webhookSecrets.join(','),
    SMTP_URL: sandbox.mail.smtpUrl,
    MAIL_FROM: sandbox.mail.from,
    AUTH_JWKS_URL: sandbox.auth.jwksUrl,
    AUTH_ISSUER: sandbox.auth.issuer,
    AUTH_AUDIENCE: sandbox.auth.audience,
  });
});

test('refuse breaks open connections and rejects new ones; accept listens on the same port', async ({ sandbox }) => {
  const { hubCore } = sandbox;
  const url = `${hubCore.url}/api/v1/organizations?ids=1001`;
  hubCore.faults.set([{ kind: 'hang', times: 1 }]);
  const held = signedFetch(sandbox, url).then(
    () => 'answered',
    () => 'broken',
  );
  await hubCore.waitForRequest({});
  await hubCore.refuse();
  expect(await held).toBe('broken');
  await expect(signedFetch(sandbox, url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await hubCore.refuse();
  await hubCore.accept();
  await hubCore.accept();
  expect((await signedFetch(sandbox, url)).status).toBe(200);
});

test('reset restores the initial state', async ({ sandbox }) => {
  await newInvoice(sandbox);
  await sandbox.mekariPay.pay('TOP-1');
  sandbox.hubCore.organizations.delete('1001');
  sandbox.mekariBilling.setPrice('pkg-muv', '1');
  sandbox.mekariBilling.faults.set([{ kind: 'status' }]);
  await sandbox.moderator.refuse();
  await sandbox.mail.faults.set([{ kind: 'refuse' }]);
  await sandbox.reset();
  expect(sandbox.mekariPay.invoices()).toEqual([]);
  expect(sandbox.mekariPay.deliveries()).toEqual([]);
  expect(sandbox.mekariPay.requestCount()).toBe(0);
  expect(sandbox.hubCore.organizations.get('1001')?.name).toBe('PT Maju Jaya Sentosa');
  expect(sandbox.mekariBilling.packages.get('pkg-muv')?.price).toBe('600');
  expect(sandbox.mekariBilling.faults.list()).toEqual([]);
  expect(sandbox.mail.faults.list()).toEqual([]);
  expect((await fetch(`${sandbox.moderator.url}/_sandbox/bookings`)).status).toBe(200);
});

test('stop closes every listener and ends every wait; a second stop is harmless', async ({ sandbox }) => {
  const waits = [
    sandbox.mail.waitFor(() => true),
    sandbox.hubCore.waitForRequest({}),
    sandbox.moderator.waitForBooking('TOP-1'),
    sandbox.mekariPay.waitForDelivery(() => true),
  ].map((wait) => wait.then(String, (error: Error) => error.message));
  await sandbox.stop();
  for (const outcome of await Promise.all(waits)) expect(outcome).toContain('the sandbox stopped');
  for (const url of listening(sandbox.environment())) await expect(fetch(url)).rejects.toThrow();
  await sandbox.stop();
});

test('a busy port stops the other listeners and is reported', async ({ sandbox, start }) => {
  const port = Number(new URL(sandbox.auth.url).port);
  await expect(start({ ports: { moderator: port } })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a count by filter throws once the log has dropped some', async ({ sandbox }) => {
  const url = `${sandbox.hubCore.url}/api/v1/organizations`;
  for (let batch = 0; batch < 26; batch += 1) {
    await Promise.all(Array.from({ length: 40 }, async () => (await fetch(url)).arrayBuffer()));
  }
  expect(sandbox.hubCore.requestCount()).toBe(1040);
  expect(sandbox.hubCore.requests()).toHaveLength(1000);
  expect(() => sandbox.hubCore.requestCount({ method: 'GET' })).toThrow('only the newest 1000 of 1040');
});
