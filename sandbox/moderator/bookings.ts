import { type Arrivals, createArrivals } from '../arrivals.ts';
import { type Clock, jakartaDate } from '../clock.ts';
import { Refusal } from '../server/reply.ts';
import type { PaidPiRequest } from './paid-pi-request.ts';

/** One paid PI. There is at most one per order number. */
export interface Booking {
  pi_number: string;
  booked_at: string;
  idempotency_key: string;
  /** The number of posts: the first is booked, the others answer 409. */
  attempts: number;
  request: PaidPiRequest;
}

export interface Bookings {
  /** Returns the bookings in order. */
  all(): Booking[];
  byOrderNumber(orderNumber: string): Booking | undefined;
  /** Books an order number once; a repeat returns the first booking. Refuses (422) a key that booked another order. */
  book(request: PaidPiRequest, idempotencyKey: string): { booking: Booking; isNew: boolean };
  clear(): void;
  arrivals: Arrivals<Booking>;
}

export function createBookings(clock: Clock): Bookings {
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

  return {
    all: () => [...booked.values()],
    byOrderNumber: (orderNumber) => booked.get(orderNumber),
    book(request, key) {
      const earlier = booked.get(request.order_number);
      if (earlier !== undefined) {
        earlier.attempts += 1;
        return { booking: earlier, isNew: false };
      }
      if (usedKeys.has(key))
        throw new Refusal(422, 'idempotency_key_reused', 'X-Idempotency-Key was used for another order');
      const now = clock();
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
      return { booking, isNew: true };
    },
    clear() {
      for (const collection of [booked, usedKeys, lastOfMonth]) collection.clear();
    },
    arrivals,
  };
}
