import { type Auth, startAuth } from './auth/auth.ts';
import { type Clock, realClock } from './clock.ts';
import { type HubCore, startHubCore } from './hub-core/hub-core.ts';
import { type Mail, startMail } from './mail/mail.ts';
import { type MekariBilling, startMekariBilling } from './mekari-billing/mekari-billing.ts';
import { type MekariPay, startMekariPay } from './mekari-pay/mekari-pay.ts';
import { type Moderator, startModerator } from './moderator/moderator.ts';
import { createMovableClock, type MovableClock } from './movable-clock.ts';
import { freePorts, type SandboxPorts } from './ports.ts';
import type { Setup } from './setup.ts';
import type { Credentials } from './signing/mekari-hmac.ts';
import { type States, startStates } from './states/states.ts';

export type { Auth, TokenClaims, TokenOptions } from './auth/auth.ts';
export type { ReadyToken } from './auth/ready-tokens.ts';
export type { Clock } from './clock.ts';
export type { HubCore } from './hub-core/hub-core.ts';
export type { Mail } from './mail/mail.ts';
export type { MailFault } from './mail/mail-faults.ts';
export type { Message } from './mail/message.ts';
export type { MekariBilling } from './mekari-billing/mekari-billing.ts';
export type { ActionOptions, ActionResult, ResendOptions } from './mekari-pay/action-options.ts';
export type { Delivery } from './mekari-pay/deliveries.ts';
export type { Format } from './mekari-pay/format.ts';
export type { Invoice } from './mekari-pay/invoices.ts';
export type { MekariPay } from './mekari-pay/mekari-pay.ts';
export type { Attempt } from './mekari-pay/post-webhook.ts';
export type { RawEvent } from './mekari-pay/sign-event.ts';
export type { Booking } from './moderator/bookings.ts';
export type { Moderator } from './moderator/moderator.ts';
export type { PaidPiRequest } from './moderator/paid-pi-request.ts';
export { type ClockSetting, createMovableClock, type MovableClock } from './movable-clock.ts';
export { developmentPorts, type SandboxPorts } from './ports.ts';
export type { Organization } from './seed/organizations.ts';
export type { BillingPackage } from './seed/packages.ts';
export type { Fault, FaultKind } from './server/faults.ts';
export type { HttpNeighbour } from './server/http-neighbour.ts';
export { Refusal } from './server/reply.ts';
export type { LoggedRequest, RequestFilter } from './server/request-log.ts';
export type { Credentials } from './signing/mekari-hmac.ts';
export type { Product, ProductSteps } from './states/product.ts';
export { ORDER_STATES, type OrderState, STATES, type State } from './states/reach-order.ts';
export type { ReachedState } from './states/reach-state.ts';
export type { StateRequest } from './states/state-request.ts';
export type { States } from './states/states.ts';

export interface SandboxOptions {
  /** Default: 127.0.0.1. */
  host?: string;
  /** Host names to answer to, beside localhost and the loopback addresses. */
  allowedHosts?: readonly string[];
  /** Default: free ports. */
  ports?: Partial<SandboxPorts>;
  /** The credentials of callers of hub-core, Mekari Billing, Mekari Pay and Moderator. */
  credentials?: Credentials;
  /** Each begins with whsec_. Every webhook carries a signature of each. */
  webhookSecrets?: readonly string[];
  /** The product's webhook address. mekariPay.setWebhookUrl can set it later. */
  webhookUrl?: string;
  /** Delays before a webhook's second attempt, its third, and so on. */
  webhookRetryDelaysMs?: readonly number[];
  /** Business time: expiry of invoices, booking dates, the seed's periods. Default: the real time. */
  clock?: Clock;
  /** Verifies Date headers, and dates webhooks and tokens. Default: `clock`. */
  wireClock?: Clock;
}

export interface Sandbox {
  readonly hubCore: HubCore;
  readonly mekariBilling: MekariBilling;
  readonly mekariPay: MekariPay;
  readonly moderator: Moderator;
  readonly mail: Mail;
  readonly auth: Auth;
  /** The provider states of contract tests; states.connect() tells it the product. */
  readonly states: States;
  /** Business time of all neighbours, which states.moveClock() moves. */
  readonly clock: MovableClock;
  /** Returns the product's settings for the neighbours. */
  environment(): Record<string, string>;
  /** Resets data, faults, logs and refused connections. Addresses, secrets, keys and webhook URL stay. */
  reset(): Promise<void>;
  /** Closes every listener and connection, and ends every wait (a hang, a waitFor, a retry). */
  stop(): Promise<void>;
}

const DEFAULT_CREDENTIALS: Credentials = { clientId: 'self-topup-sandbox', clientSecret: 'sandbox-client-secret' };
const DEFAULT_WEBHOOK_SECRET = `whsec_${Buffer.from('a webhook secret for the sandbox').toString('base64')}`;
const DEFAULT_RETRY_DELAYS_MS = [1000, 3000, 10_000, 30_000, 60_000, 300_000];

/** Starts every neighbour. If one fails, such as by a taken port, stops the others and throws the reason. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const movable = createMovableClock(options.clock ?? realClock);
  const clock = movable.now;
  const credentials = options.credentials ?? DEFAULT_CREDENTIALS;
  const webhookSecrets = options.webhookSecrets ?? [DEFAULT_WEBHOOK_SECRET];
  const ports = { ...freePorts, ...options.ports };
  const { host = '127.0.0.1', allowedHosts = [], wireClock = clock } = options;
  const setup: Setup = { host, allowedHosts, clock, wireClock, credentials };
  const pay = {
    webhookUrl: options.webhookUrl,
    webhookSecrets,
    webhookRetryDelaysMs: options.webhookRetryDelaysMs ?? DEFAULT_RETRY_DELAYS_MS,
  };

  const [hubCore, mekariBilling, mekariPay, moderator, mail, auth] = await allOrNone([
    startHubCore(setup, ports.hubCore),
    startMekariBilling(setup, ports.mekariBilling),
    startMekariPay(setup, ports.mekariPay, pay),
    startModerator(setup, ports.moderator),
    startMail(setup, { smtp: ports.smtp, mailbox: ports.mailbox }),
    startAuth(setup, ports.auth),
  ]);
  const neighbours = [hubCore, mekariBilling, mekariPay, moderator, mail, auth];
  const reset = async () => {
    await Promise.all(neighbours.map((neighbour) => neighbour.reset()));
  };
  const handles = {
    hubCore: hubCore.handle,
    mekariPay: mekariPay.handle,
    moderator: moderator.handle,
    auth: auth.handle,
  };
  const states = await startStates(setup, ports.states, { clock: movable, ...handles, resetSandbox: reset }).catch(
    async (error) => {
      await Promise.all(neighbours.map((neighbour) => neighbour.stop()));
      throw error;
    },
  );
  const all = [...neighbours, states];

  return {
    hubCore: hubCore.handle,
    mekariBilling: mekariBilling.handle,
    mekariPay: mekariPay.handle,
    moderator: moderator.handle,
    mail: mail.handle,
    auth: auth.handle,
    states: states.handle,
    clock: movable,
    environment: () => ({
      HUB_CORE_URL: hubCore.handle.url,
      MEKARI_BILLING_URL: mekariBilling.handle.url,
      MEKARI_PAY_URL: mekariPay.handle.url,
      MODERATOR_URL: moderator.handle.url,
      MEKARI_CLIENT_ID: credentials.clientId,
      MEKARI_CLIENT_SECRET: credentials.clientSecret,
      MEKARI_PAY_WEBHOOK_SECRET: webhookSecrets.join(','),
      SMTP_URL: mail.handle.smtpUrl,
      MAIL_FROM: mail.handle.from,
      AUTH_JWKS_URL: auth.handle.jwksUrl,
      AUTH_ISSUER: auth.handle.issuer,
      AUTH_AUDIENCE: auth.handle.audience,
    }),
    async reset() {
      await Promise.all(all.map((neighbour) => neighbour.reset()));
    },
    async stop() {
      await Promise.all(all.map((neighbour) => neighbour.stop()));
    },
  };
}

async function allOrNone<T extends readonly { stop(): Promise<void> }[]>(
  starting: {
    [K in keyof T]: Promise<T[K]>;
  },
): Promise<T> {
  const outcomes = await Promise.allSettled<{ stop(): Promise<void> }>(starting);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return (await Promise.all(starting)) as unknown as T;
  await Promise.all(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.stop() : undefined)));
  throw failed.reason;
}
