import { randomUUID } from 'node:crypto';
import { type Arrivals, createArrivals } from '../arrivals.ts';
import type { Clock } from '../clock.ts';
import { webhookHeaders } from '../signing/standard-webhooks.ts';
import { type Attempt, createWebhookPoster } from './post-webhook.ts';

/** One event on its way to the product; every attempt carries the same id. */
export interface Delivery {
  id: string;
  type: string;
  invoiceId: string;
  externalId: string;
  body: string;
  /** suppressed: never sent by itself, only by a resend. given-up: every retry was used. */
  state: 'under-way' | 'delivered' | 'given-up' | 'suppressed';
  attempts: Attempt[];
}

/** An event of the caller's own making, so that a forged, stale or malformed one can be sent. */
export interface RawEvent {
  /** An object is sent as JSON, a string as it is. */
  body: string | object;
  id?: string;
  /** Seconds since 1970; now where it is left out. */
  timestamp?: number;
  /** Signs with this one instead of the sandbox's. */
  secret?: string;
  /** Replaces or adds headers, the signature included; undefined leaves one out. */
  headers?: Record<string, string | undefined>;
  url?: string | undefined;
}

export interface DeliveryOptions {
  clock: Clock;
  /** What signatures are dated by. */
  wireClock: Clock;
  secrets: readonly string[];
  url: string | undefined;
  /** Waits before the second attempt, the third, …; after the last the event is given up. */
  retryDelaysMs: readonly number[];
}

export interface Deliveries {
  /** Oldest first, the newest 1000. */
  all(): Delivery[];
  /** Resolves after the first attempt; the retries go on behind it. */
  send(event: Pick<Delivery, 'type' | 'invoiceId' | 'externalId' | 'body'>, suppressed: boolean): Promise<Delivery>;
  /** The same event again, once, without retries. */
  again(delivery: Delivery, url?: string): Promise<Attempt>;
  sendRaw(event: RawEvent): Promise<Attempt>;
  setUrl(url: string | undefined): void;
  setSecrets(secrets: readonly string[]): void;
  /** Announces a delivery after each attempt. */
  arrivals: Arrivals<Delivery>;
  clear(): void;
  stop(): void;
}

const KEPT = 1000;

export function createDeliveries(options: DeliveryOptions): Deliveries {
  const { clock, wireClock, retryDelaysMs } = options;
  let { secrets, url } = options;
  let kept: Delivery[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const poster = createWebhookPoster();
  const arrivals = createArrivals('delivery', () => kept);

  async function post(event: RawEvent): Promise<Attempt> {
    const at = clock().toISOString();
    const target = event.url ?? url;
    if (target === undefined) return { at, status: null, response: '', error: 'no webhook URL is set' };
    const body = typeof event.body === 'string' ? event.body : JSON.stringify(event.body);
    const id = event.id ?? `msg_${randomUUID()}`;
    const timestamp = event.timestamp ?? Math.floor(wireClock().getTime() / 1000);
    const signed = webhookHeaders({ id, timestamp, body }, event.secret === undefined ? secrets : [event.secret]);
    const merged = Object.entries({ ...signed, ...event.headers });
    const headers = Object.fromEntries(merged.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    return { at, ...(await poster.post({ url: target, body, headers })) };
  }

  async function again(delivery: Delivery, to?: string): Promise<Attempt> {
    const attempt = await post({ id: delivery.id, body: delivery.body, url: to });
    delivery.attempts.push(attempt);
    const accepted = attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
    if (accepted) delivery.state = 'delivered';
    arrivals.announce(delivery);
    return attempt;
  }

  /** A retry is dropped once the event has got through in another way (a resend). */
  async function attempt(delivery: Delivery, retries: number): Promise<void> {
    await again(delivery);
    const delay = retryDelaysMs[retries];
    if (delivery.state !== 'under-way' || !kept.includes(delivery)) return;
    if (delay === undefined) {
      delivery.state = 'given-up';
      arrivals.announce(delivery);
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (delivery.state === 'under-way') void attempt(delivery, retries + 1);
    }, delay);
    timer.unref();
    timers.add(timer);
  }

  function clear(): void {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    kept = [];
  }

  return {
    arrivals,
    again,
    clear,
    sendRaw: post,
    all: () => kept,
    async send(event, suppressed) {
      const state = suppressed ? 'suppressed' : 'under-way';
      const delivery: Delivery = { id: `msg_${randomUUID()}`, ...event, state, attempts: [] };
      kept.push(delivery);
      if (kept.length > KEPT) kept.shift();
      if (!suppressed) await attempt(delivery, 0);
      return delivery;
    },
    setUrl(value) {
      url = value;
    },
    setSecrets(value) {
      secrets = value;
    },
    stop() {
      clear();
      arrivals.stop();
      poster.stop();
    },
  };
}
