import { randomBytes, randomUUID } from 'node:crypto';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { addOrganization } from '../app/organizations.ts';
import { createDatabase, type TestDatabase } from '../database/database.ts';
import { type GreedyMail, startGreedyMail } from '../neighbours/greedy-mail.ts';
import { type Relay, startRelay } from '../neighbours/relay.ts';
import { prepareDatabase, type Replica, startReplica } from '../processes/replica.ts';
import { type Collector, startCollector } from '../telemetry/collector.ts';
import { type Canaries, createCanaries } from './canaries.ts';

/**
 * An environment in which every secret and all personal data is a canary: in settings, at the neighbours, in requests.
 */
export interface CanaryPlace {
  canaries: Canaries;
  /** The organization whose contact is a canary. */
  organizationId: string;
  /** The headers of a valid caller, and those that its browser and gateway add. */
  headers: Record<string, string>;
  replica: Replica;
  db: TestDatabase;
  /** The server's database login. */
  databaseRole: string;
  sandbox: Sandbox;
  collector: Collector;
  mail: GreedyMail;
  /** The relays before each neighbour; `keys` is the token issuer's. */
  relays: Record<'hubCore' | 'billing' | 'pay' | 'moderator' | 'keys', Relay>;
  /** A neighbour's malformed answer, full of canaries. */
  nonsense: { headers: Record<string, string>; json: string; html: string };
  environment: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts the built server as a process of its own: dist/ must exist. */
export async function startCanaryPlace(): Promise<CanaryPlace> {
  const canaries = createCanaries();
  const { plant, plantAs } = canaries;
  const webhookSecret = plantAs('webhook secret', Buffer.from(randomUUID()).toString('base64'));
  const [db, sandbox, collector, mail] = await Promise.all([
    createDatabase(),
    startSandbox({
      credentials: { clientId: 'self-topup', clientSecret: plant('client secret') },
      webhookSecrets: [`whsec_${webhookSecret}`],
      webhookRetryDelaysMs: [50, 200],
    }),
    startCollector(),
    startGreedyMail(),
  ]);
  const [hubCore, billing, pay, moderator, keys] = await Promise.all([1, 2, 3, 4, 5].map(startRelay));
  const relays = { hubCore, billing, pay, moderator, keys } as CanaryPlace['relays'];
  relays.hubCore.setTarget(sandbox.hubCore.url);
  relays.billing.setTarget(sandbox.mekariBilling.url);
  relays.pay.setTarget(sandbox.mekariPay.url);
  relays.moderator.setTarget(sandbox.moderator.url);
  relays.keys.setTarget(sandbox.auth.url);
  const contact = {
    name: plant('contact name'),
    email: `${plant('contact address')}@buyer.test`,
    locale: 'en',
  } as const;
  const organizationId = addOrganization(sandbox, '1001', { billing_contacts: [contact] });
  relays.hubCore.alterAnswers(
    withMembers({ api_key: plant('organization key'), settings: { token: plant('setting') } }),
  );
  const payer = { name: plant('payer name'), phone: plant('payer phone') };
  relays.pay.alterAnswers(
    withMembers({ payer, payer_name: payer.name, payment_url: `https://pay.test/i?t=${plant('pay link')}` }),
  );
  const gatewaySecret = plant('gateway secret');
  const token = plantAs('token', await sandbox.auth.token({ organization_id: organizationId }));
  plantAs('token signature', token.split('.')[2] ?? '');
  const environment = {
    ...sandbox.environment(),
    HUB_CORE_URL: relays.hubCore.url,
    MEKARI_BILLING_URL: relays.billing.url,
    MEKARI_PAY_URL: relays.pay.url,
    MODERATOR_URL: relays.moderator.url,
    AUTH_JWKS_URL: sandbox.auth.jwksUrl.replace(sandbox.auth.url, relays.keys.url),
    SMTP_URL: `smtp://mailer:${plant('mail password')}@${mail.host}`,
    DOCUMENT_LINK_SECRET: plantAs('secret of document links', randomUUID()),
    // No server listens there.
    REDIS_URL: `redis://cache:${plant('redis password')}@127.0.0.1:1`,
    GATEWAY_SECRET: gatewaySecret,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    LOG_LEVEL: 'trace',
    UPSTREAM_TIMEOUT_MS: '500',
    ORGANIZATION_TTL_SECONDS: '0',
    PRICE_TTL_SECONDS: '1',
    PRICE_FAILURE_TTL_SECONDS: '0',
    RECONCILE_INTERVAL_SECONDS: '1',
  };
  const withPassword = new URL(db.url);
  const role = `leaks_${randomBytes(6).toString('hex')}`;
  withPassword.username = role;
  withPassword.password = plant('database password');
  await db.query(`create role ${role} superuser login password '${withPassword.password}'`);
  await prepareDatabase(db);
  const replica = await startReplica({ db: { url: withPassword.href }, sandbox }, environment);
  sandbox.mekariPay.setWebhookUrl(`${replica.url}/webhooks/mekari-pay`);
  const neighbour = plant('neighbour');
  return {
    canaries,
    organizationId,
    headers: {
      authorization: `Bearer ${token}`,
      'x-gateway-secret': gatewaySecret,
      cookie: `session=${plant('cookie')}`,
      'user-agent': `Browser/1.0 ${plant('user agent')}`,
      referer: `https://shop.test/?session=${plant('referer')}`,
      'x-forwarded-authorization': `Basic ${plant('forwarded')}`,
    },
    replica,
    db,
    databaseRole: role,
    sandbox,
    collector,
    mail,
    relays,
    nonsense: {
      headers: { 'x-secret': neighbour, 'set-cookie': `session=${neighbour}`, location: `https://x.test/${neighbour}` },
      json: JSON.stringify({
        data: [{ id: organizationId, name: neighbour, settings: neighbour, [neighbour]: neighbour }],
        error: { message: neighbour, [neighbour]: contact },
      }),
      html: `<html>${neighbour} ${contact.email} ${JSON.stringify(payer)}</html>`,
    },
    environment: { ...environment, DATABASE_URL: withPassword.href },
    async stop() {
      await Promise.all([...Object.values(relays).map((relay) => relay.stop()), mail.stop(), collector.stop()]);
      await sandbox.stop();
      await db.query(`reassign owned by ${role} to current_user`);
      await db.query(`drop role ${role}`);
      await db.drop();
    },
  };
}

/** Adds members to every object of an answer's data, or to the objects under that name. */
function withMembers(more: Record<string, unknown>) {
  const added = (row: Record<string, unknown>): object => ({
    ...row,
    ...Object.fromEntries(
      Object.entries(more).map(([name, value]) => [
        name,
        typeof row[name] === 'object' && row[name] !== null ? { ...row[name], ...(value as object) } : value,
      ]),
    ),
  });
  return (body: string): string => {
    const answer = JSON.parse(body) as { data?: Record<string, unknown> | Record<string, unknown>[] };
    const { data } = answer;
    if (data === undefined) return body;
    return JSON.stringify({ ...answer, data: Array.isArray(data) ? data.map(added) : added(data) });
  };
}
