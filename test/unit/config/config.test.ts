import { describe, expect, test } from 'vitest';
import { ConfigError, loadCommandConfig, loadConfig, settings } from '../../../src/config.ts';

/** Every setting without a default, as short as it can be. */
const REQUIRED: Record<string, string> = {
  DATABASE_URL: 'postgres://topup:secret@db:5432/topup',
  PUBLIC_URL: 'https://topup.example.test',
  CHECKOUT_RETURN_URL: 'https://app.example.test/topup?from=pay',
  HUB_CORE_URL: 'https://hub.example.test',
  MEKARI_BILLING_URL: 'https://billing.example.test/',
  MEKARI_PAY_URL: 'https://pay.example.test',
  MODERATOR_URL: 'http://moderator:8080/base/',
  MEKARI_CLIENT_ID: 'self-topup',
  MEKARI_CLIENT_SECRET: 'hush',
  MEKARI_PAY_WEBHOOK_SECRET: 'whsec_b25lIHRoYXQgaXMgbG9uZw==',
  SMTP_URL: 'smtp://mail:25',
  MAIL_FROM: 'Qontak <billing@example.test>',
  AUTH_JWKS_URL: 'https://auth.example.test/jwks.json',
  AUTH_ISSUER: 'https://auth.example.test',
  AUTH_AUDIENCE: 'self-topup',
};

function faultsOf(environment: Record<string, string | undefined>): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('a valid environment', () => {
  test('has the documented defaults', () => {
    expect(loadConfig(REQUIRED)).toMatchObject({
      PORT: 4000,
      HOST: '0.0.0.0',
      LOG_LEVEL: 'info',
      PRICE_TTL_SECONDS: 3600,
      PRICE_FAILURE_TTL_SECONDS: 5,
      ORGANIZATION_TTL_SECONDS: 30,
      QUOTE_TTL_SECONDS: 1800,
      PAYMENT_TTL_SECONDS: 86_400,
      RECONCILE_INTERVAL_SECONDS: 60,
      UPSTREAM_TIMEOUT_MS: 3000,
      SMTP_TIMEOUT_SECONDS: 600,
      GRAPH_SCHEMA_PUBLIC: 'off',
    });
  });

  test('may leave Redis, the gateway secret, the origins and the collector out', () => {
    const config = loadConfig(REQUIRED);
    expect(config.REDIS_URL).toBeUndefined();
    expect(config.GATEWAY_SECRET).toBeUndefined();
    expect(config.CORS_ORIGINS).toBeUndefined();
    expect(config.ALLOWED_HOSTS).toBeUndefined();
    expect(config.OTEL_EXPORTER_OTLP_ENDPOINT).toBeUndefined();
  });

  test('may give links to documents a secret of their own, or several during a rotation', () => {
    const secrets = ['a'.repeat(32), 'b'.repeat(40)];
    expect(loadConfig(REQUIRED).DOCUMENT_LINK_SECRET).toBeUndefined();
    expect(loadConfig({ ...REQUIRED, DOCUMENT_LINK_SECRET: secrets.join(', ') }).DOCUMENT_LINK_SECRET).toEqual(secrets);
    for (const weak of ['a'.repeat(31), `${secrets[0]},short`, ',']) {
      expect(faultsOf({ ...REQUIRED, DOCUMENT_LINK_SECRET: weak })).toEqual([
        expect.stringContaining(
          'DOCUMENT_LINK_SECRET is not a comma-separated list of secrets of at least 32 characters',
        ),
      ]);
    }
  });

  test('may hold foreign variables', () => {
    expect(faultsOf({ ...REQUIRED, PATH: '/usr/bin', HOME: '/root' })).toEqual([]);
  });

  test('treats an empty variable as unset', () => {
    expect(loadConfig({ ...REQUIRED, PORT: '', REDIS_URL: '', LOG_LEVEL: '', GATEWAY_SECRET: '' })).toEqual(
      loadConfig(REQUIRED),
    );
    expect(faultsOf({ ...REQUIRED, SMTP_URL: '' })).toEqual(faultsOf({ ...REQUIRED, SMTP_URL: undefined }));
  });

  test.each(['billing@localhost', 'Bücher <siti@bücher.test>', '"Qontak, billing" <a.b+c@example.test>'])(
    'may name the sender %s',
    (sender) => {
      expect(loadConfig({ ...REQUIRED, MAIL_FROM: sender }).MAIL_FROM).toBe(sender);
    },
  );

  test("may end neighbours' URLs with a slash; paths follow it", () => {
    const config = loadConfig(REQUIRED);
    expect(config.MEKARI_BILLING_URL).toBe('https://billing.example.test');
    expect(config.MODERATOR_URL).toBe('http://moderator:8080/base');
    const collector = loadConfig({ ...REQUIRED, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' });
    expect(collector.OTEL_EXPORTER_OTLP_ENDPOINT).toBe('http://collector:4318');
  });

  test('has rotating secrets as a list', () => {
    const config = loadConfig({
      ...REQUIRED,
      MEKARI_PAY_WEBHOOK_SECRET: 'whsec_Zmlyc3QgKG5ldyk=, whsec_c2Vjb25kIChvbGQp,',
      GATEWAY_SECRET: ' the-new-secret-of-the-gateway ,the-old-one-of-before,',
      CORS_ORIGINS: 'https://shop.example.test, http://localhost:5173',
    });
    expect(config.MEKARI_PAY_WEBHOOK_SECRET).toEqual(['whsec_Zmlyc3QgKG5ldyk=', 'whsec_c2Vjb25kIChvbGQp']);
    expect(config.GATEWAY_SECRET).toEqual(['the-new-secret-of-the-gateway', 'the-old-one-of-before']);
    expect(config.CORS_ORIGINS).toEqual(['https://shop.example.test', 'http://localhost:5173']);
  });

  test('has payment hosts as a list too, in lower case', () => {
    expect(loadConfig({ ...REQUIRED, PAYMENT_URL_HOSTS: 'Pay.example.test, checkout.example.test' })).toMatchObject({
      PAYMENT_URL_HOSTS: ['pay.example.test', 'checkout.example.test'],
    });
    expect(loadConfig(REQUIRED).PAYMENT_URL_HOSTS).toBeUndefined();
  });

  test('may ask for certificate verification, which is always on', () => {
    expect(faultsOf({ ...REQUIRED, NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toEqual([]);
  });

  test('is immutable afterwards', () => {
    expect(Object.isFrozen(loadConfig(REQUIRED))).toBe(true);
  });
});

describe('an invalid environment', () => {
  test('names every required setting once when it is empty', () => {
    const names = faultsOf({}).map((fault) => fault.split(' ')[0]);
    expect(names.toSorted()).toEqual(Object.keys(REQUIRED).toSorted());
  });

  test('reports every fault at once, a line each', () => {
    const environment = {
      ...REQUIRED,
      PORT: '70000',
      DATABASE_URL: 'mysql://db',
      LOG_LEVEL: 'loud',
      MAIL_FROM: undefined,
    };
    const faults = faultsOf(environment);
    expect(faults.map((fault) => fault.split(' ')[0]).toSorted()).toEqual([
      'DATABASE_URL',
      'LOG_LEVEL',
      'MAIL_FROM',
      'PORT',
    ]);
    const { message } = new ConfigError(faults);
    expect(message.split('\n').slice(1)).toEqual(faults.map((fault) => `  ${fault}`));
  });

  test.each([
    ['PORT', '80.5'],
    ['PORT', '-1'],
    ['PORT', 'http'],
    ['PORT', '0x50'],
    ['DATABASE_URL', 'postgres'],
    ['DATABASE_URL', 'http://db/topup'],
    ['REDIS_URL', 'localhost:6379'],
    ['REDIS_URL', 'redis+cluster://'],
    ['REDIS_URL', 'redis+cluster://a:6379/0'],
    ['REDIS_URL', 'redis+cluster://a:6379,b:port'],
    ['REDIS_URL', 'redis+sentinel://a:26379,b:26379'],
    ['REDIS_URL', 'redis+sentinel://a:26379/prices?password=secret'],
    ['PUBLIC_URL', 'topup.example.test'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['HUB_CORE_URL', 'ftp://hub'],
    ['SMTP_URL', 'http://mail'],
    ['MAIL_FROM', 'Qontak'],
    ['MAIL_FROM', 'Qontak <billing>'],
    ['MAIL_FROM', 'billing@'],
    ['MAIL_FROM', 'one@example.test, two@example.test'],
    ['MEKARI_CLIENT_SECRET', '  '],
    ['MEKARI_PAY_WEBHOOK_SECRET', 'b25lIHRoYXQgaXMgbG9uZw=='],
    ['MEKARI_PAY_WEBHOOK_SECRET', 'whsec_c2hvcnQ='],
    ['MEKARI_PAY_WEBHOOK_SECRET', 'whsec_b25lIHRoYXQgaXMgbG9uZw==,plain'],
    ['MEKARI_PAY_WEBHOOK_SECRET', ','],
    ['GATEWAY_SECRET', ' , '],
    ['PAYMENT_URL_HOSTS', ' , '],
    ['PAYMENT_URL_HOSTS', 'https://pay.example.test'],
    ['PAYMENT_URL_HOSTS', 'pay.example.test:8443'],
    ['PAYMENT_URL_HOSTS', '*.example.test'],
    ['PAYMENT_URL_HOSTS', 'pay.example.test/checkout'],
    ['ALLOWED_HOSTS', ','],
    ['ALLOWED_HOSTS', 'https://topup.example.test'],
    ['ALLOWED_HOSTS', 'topup.example.test:4000'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
    ['GATEWAY_SECRET', 'a secret with spaces'],
    ['GATEWAY_SECRET', 'ein-geheimnis-für-umlaute'],
    ['GRAPH_SCHEMA_PUBLIC', 'true'],
    ['CORS_ORIGINS', ','],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'null'],
    ['CORS_ORIGINS', 'shop.example.test'],
    ['CORS_ORIGINS', 'https://*.example.test'],
    ['CORS_ORIGINS', 'https://shop.example.test/'],
    ['CORS_ORIGINS', 'https://shop.example.test/topup'],
    ['CORS_ORIGINS', 'https://shop.example.test:443'],
    ['CORS_ORIGINS', 'https://Shop.example.test'],
    ['CORS_ORIGINS', 'https://user@shop.example.test'],
    ['CORS_ORIGINS', 'chrome-extension://shop'],
    ['CORS_ORIGINS', 'https://shop.example.test, *'],
    ['LOG_LEVEL', 'INFO'],
    ['PRICE_TTL_SECONDS', '0'],
    ['QUOTE_TTL_SECONDS', '30m'],
    ['UPSTREAM_TIMEOUT_MS', '999999999'],
  ])('with %s=%j has a fault in that setting alone', (name, value) => {
    const faults = faultsOf({ ...REQUIRED, [name]: value });
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([name]);
  });

  test('never repeats a value in a fault: it may be a secret', () => {
    const value = 'not-a-url-with-a-password';
    const given = Object.fromEntries(Object.keys(settings.shape).map((name) => [name, value]));
    expect(faultsOf(given).join('\n')).not.toContain(value);
  });
});

test.each([
  ['postgres://db/topup?sslmode=require', 'postgres://db/topup?sslmode=verify-full'],
  ['postgres://db/topup?a=b&sslmode=verify-ca&c=d', 'postgres://db/topup?a=b&sslmode=verify-full&c=d'],
  ['postgres://db/topup?sslmode=verify-full', 'postgres://db/topup?sslmode=verify-full'],
  ['postgres://db/topup?sslmode=disable', 'postgres://db/topup?sslmode=disable'],
  [
    'postgres://db/topup?uselibpqcompat=true&sslmode=require',
    'postgres://db/topup?uselibpqcompat=true&sslmode=require',
  ],
])('the database of %s is asked for its certificate: %s', (url, asked) =>
  expect(loadCommandConfig({ DATABASE_URL: url })).toMatchObject({ DATABASE_URL: asked }),
);

describe('the commands', () => {
  test('need the database alone', () => {
    expect(loadCommandConfig({ DATABASE_URL: 'postgresql://db/topup' })).toEqual({
      DATABASE_URL: 'postgresql://db/topup',
    });
    expect(() => loadCommandConfig({})).toThrow(/DATABASE_URL is missing/);
    const unverified = { DATABASE_URL: 'postgresql://db/topup', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect(() => loadCommandConfig(unverified)).toThrow(/NODE_TLS_REJECT_UNAUTHORIZED is 0/);
  });
});
