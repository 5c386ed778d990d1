import { randomUUID } from 'node:crypto';
import { type Arrivals, createArrivals } from '../arrivals.ts';
import type { Clock } from '../clock.ts';
import { type Attempt, createWebhookPoster } from './post-webhook.ts';
import { type RawEvent, signEvent } from './sign-event.ts';

/** One event for the product. Every attempt carries the same id. */
export interface Delivery {
  id: string;
  type: string;
  invoiceId: string;
  externalId: string;
  body: string;
  /** suppressed: only a resend sends it. given-up: every retry failed. */
  state: 'under-way' | 'delivered' | 'given-up' | 'suppressed';
  attempts: Attempt[];
}

export interface DeliveryOptions {
  clock: Clock;
  /** Dates signatures. */
  wireClock: Clock;
  secrets: readonly string[];
  url: string | undefined;
  /** Delays before the second attempt, the third, and so on. After the last one the event is given up. */
  retryDelaysMs: readonly number[];
}

export interface Deliveries {
  /** Returns the newest 1000, oldest first. */
  all(): Delivery[];
  /** Resolves after the first attempt. Retries run in the background. */
  send(event: Pick<Delivery, 'type' | 'invoiceId' | 'externalId' | 'body'>, suppressed: boolean): Promise<Delivery>;
  /** Sends the same event once more, without retries. */
  again(delivery: Delivery, url?: string): Promise<Attempt>;
  sendRaw(event: RawEvent): Promise<Attempt>;
  setUrl(url: string | undefined): void;
  setSecrets(secrets: readonly string[]): void;
  /** Announces a delivery after each attempt. */
  arrivals: Arrivals<Delivery>;
  clear(): void;
  stop(): void;
}

const MAX_DELIVERIES = 1000;

export function createDeliveries(options: DeliveryOptions): Deliveries {
  const { clock, wireClock, retryDelaysMs } = options;
  let { secrets, url } = options;
  let deliveries: Delivery[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const poster = createWebhookPoster();
  const arrivals = createArrivals('delivery', () => deliveries);

  async function post(event: RawEvent): Promise<Attempt> {
    const at = clock().toISOString();
    const target = event.url ?? url;
    if (target === undefined) return { at, status: null, response: '', error: 'no webhook URL is set' };
    const signed = signEvent(event, { now: wireClock(), secrets });
    return { at, ...(await poster.post({ url: target, ...signed })) };
  }

  async function again(delivery: Delivery, to?: string): Promise<Attempt> {
    const attempt = await post({ id: delivery.id, body: delivery.body, url: to });
    delivery.attempts.push(attempt);
    const accepted = attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
    if (accepted) delivery.state = 'delivered';
    arrivals.announce(delivery);
    return attempt;
  }

  /** Makes an attempt and schedules its retry, which a successful resend cancels. */
  async function attempt(delivery: Delivery, retries: number): Promise<void> {
    await again(delivery);
    const delay = retryDelaysMs[retries];
    if (delivery.state !== 'under-way' || !deliveries.includes(delivery)) return;
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
    deliveries = [];
  }

  return {
    arrivals,
    again,
    clear,
    sendRaw: post,
    all: () => deliveries,
    async send(event, suppressed) {
      const state = suppressed ? 'suppressed' : 'under-way';
      const delivery: Delivery = { id: `msg_${randomUUID()}`, ...event, state, attempts: [] };
      deliveries.push(delivery);
      if (deliveries.length > MAX_DELIVERIES) deliveries.shift();
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
