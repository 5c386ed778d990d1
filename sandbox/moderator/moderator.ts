import { type HttpNeighbour, type RunningNeighbour, startHttpNeighbour } from '../server/http-neighbour.ts';
import { json, Refusal, type Reply } from '../server/reply.ts';
import { type Call, jsonBody, queryOf, type Route } from '../server/route.ts';
import type { Setup } from '../setup.ts';
import { createSignatureCheck, idempotencyKeyOf } from '../signing/mekari-hmac.ts';
import { type Booking, type Bookings, createBookings } from './bookings.ts';
import { paidPiRequest } from './paid-pi-request.ts';

export interface Moderator extends HttpNeighbour {
  /** Returns bookings in order. */
  bookings(): Booking[];
  booking(orderNumber: string): Booking | undefined;
  waitForBooking(orderNumber: string, timeoutMs?: number): Promise<Booking>;
}

const PAID_PI = '/api/v1/billing/subscriptions/paid_pi';

export async function startModerator(setup: Setup, port: number): Promise<RunningNeighbour & { handle: Moderator }> {
  const bookings = createBookings(setup.clock);
  const switches: Route[] = [
    { method: 'GET', path: '/_sandbox/bookings', handle: () => json(200, { data: bookings.all() }) },
  ];
  const server = await startHttpNeighbour({
    ...setup,
    port,
    api: [
      { method: 'POST', path: PAID_PI, handle: (call) => book(bookings, call) },
      { method: 'GET', path: PAID_PI, handle: (call) => find(bookings, call) },
    ],
    authorize: createSignatureCheck(setup.credentials, setup.wireClock),
    switches,
  });
  return {
    handle: {
      ...server.handle,
      bookings: () => structuredClone(bookings.all()),
      booking: (orderNumber) => structuredClone(bookings.byOrderNumber(orderNumber)),
      waitForBooking: (orderNumber, timeoutMs) =>
        bookings.arrivals.waitFor((booking) => booking.request.order_number === orderNumber, timeoutMs),
    },
    async reset() {
      bookings.clear();
      await server.reset();
    },
    async stop() {
      bookings.arrivals.stop();
      await server.stop();
    },
  };
}

function book(bookings: Bookings, call: Call): Reply {
  const key = idempotencyKeyOf(call);
  const { booking, isNew } = bookings.book(paidPiRequest(jsonBody(call)), key);
  return json(isNew ? 201 : 409, { data: { pi_number: booking.pi_number } });
}

function find(bookings: Bookings, call: Call): Reply {
  const orderNumber = queryOf(call, ['order_number']).get('order_number') ?? '';
  if (orderNumber === '') {
    const fields = [{ field: 'order_number', message: 'is required' }];
    throw new Refusal(400, 'order_number_missing', 'order_number is required', fields);
  }
  const booking = bookings.byOrderNumber(orderNumber);
  if (booking === undefined) return json(200, { data: [] });
  const { pi_number, booked_at, request } = booking;
  const { organization_id, amount, currency } = request;
  return json(200, {
    data: [{ pi_number, order_number: orderNumber, organization_id, amount, currency, booked_at }],
  });
}
