import { createArrivals } from '../arrivals.ts';
import { jakartaDate } from '../clock.ts';
import { type HttpNeighbour, type RunningNeighbour, startHttpNeighbour } from '../server/http-neighbour.ts';
import { json, Refusal, type Reply } from '../server/reply.ts';
import { type Call, jsonBody, queryOf, type Route } from '../server/route.ts';
import type { Setup } from '../setup.ts';
import { createSignatureCheck, idempotencyKeyOf } from '../signing/mekari-hmac.ts';
import { type PaidPiRequest, paidPiRequest } from './paid-pi-request.ts';

/** One paid PI. There is at most one per order number. */
export interface Booking {
  pi_number: string;
  booked_at: string;
  idempotency_key: string;
  /** The number of posts: the first is booked, the others answer 409. */
  attempts: number;
  request: PaidPiRequest;
}

export interface Moderator extends HttpNeighbour {
  /** Returns bookings in order. */
  bookings(): Booking[];
  booking(orderNumber: string): Booking | undefined;
  waitForBooking(orderNumber: string, timeoutMs?: number): Promise<Booking>;
}

const PAID_PI = '/api/v1/billing/subscriptions/paid_pi';

export async function startModerator(setup: Setup, port: number): Promise<RunningNeighbour & { handle: Moderator }> {
  const booked = new Map<string, Booking>();
  const usedKeys = new Set<string>();
  const lastOfMonth = new Map<string, number>();
  const arrivals = createArrivals<Booking>('booking', () => [...booked.values()]);

  /** Returns a number such as PI/2026/11/00001, counted within the booking's month. */
  function nextNumber(now: Date): string {
    const [year, month] = jakartaDate(now).split('-');
    const prefix = `PI/${year}/${month}/`;
    const number = (lastOfMonth.get(prefix) ?? 0) + 1;
    lastOfMonth.set(prefix, number);
    return prefix + String(number).padStart(5, '0');
  }

  function book(call: Call): Reply {
    const key = idempotencyKeyOf(call);
    const request = paidPiRequest(jsonBody(call));
    const earlier = booked.get(request.order_number);
    if (earlier !== undefined) {
      earlier.attempts += 1;
      return json(409, { data: { pi_number: earlier.pi_number } });
    }
    if (usedKeys.has(key)) {
      throw new Refusal(422, 'idempotency_key_reused', 'X-Idempotency-Key was used for another order');
    }
    const now = setup.clock();
    const booking: Booking = {
      pi_number: nextNumber(now),
      booked_at: now.toISOString(),
      idempotency_key: key,
      attempts: 1,
      request,
    };
    usedKeys.add(key);
    booked.set(request.order_number, booking);
    arrivals.announce(booking);
    return json(201, { data: { pi_number: booking.pi_number } });
  }

  function find(call: Call): Reply {
    const orderNumber = queryOf(call, ['order_number']).get('order_number') ?? '';
    if (orderNumber === '') {
      const fields = [{ field: 'order_number', message: 'is required' }];
      throw new Refusal(400, 'order_number_missing', 'order_number is required', fields);
    }
    const booking = booked.get(orderNumber);
    if (booking === undefined) return json(200, { data: [] });
    const { pi_number, booked_at, request } = booking;
    const { organization_id, amount, currency } = request;
    return json(200, {
      data: [{ pi_number, order_number: orderNumber, organization_id, amount, currency, booked_at }],
    });
  }

  const switches: Route[] = [
    { method: 'GET', path: '/_sandbox/bookings', handle: () => json(200, { data: [...booked.values()] }) },
  ];
  const server = await startHttpNeighbour({
    ...setup,
    port,
    api: [
      { method: 'POST', path: PAID_PI, handle: book },
      { method: 'GET', path: PAID_PI, handle: find },
    ],
    authorize: createSignatureCheck(setup.credentials, setup.wireClock),
    switches,
  });
  return {
    handle: {
      ...server.handle,
      bookings: () => structuredClone([...booked.values()]),
      booking: (orderNumber) => structuredClone(booked.get(orderNumber)),
      waitForBooking: (orderNumber, timeoutMs) =>
        arrivals.waitFor((booking) => booking.request.order_number === orderNumber, timeoutMs),
    },
    async reset() {
      for (const map of [booked, usedKeys, lastOfMonth]) map.clear();
      await server.reset();
    },
    async stop() {
      arrivals.stop();
      await server.stop();
    },
  };
}
