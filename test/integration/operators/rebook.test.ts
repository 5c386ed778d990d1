import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '../../../src/audit/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { completeByHand, rebookOrder, reportOrder } from '../../../src/operators/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { failedJob } from '../../support/app/jobs.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, purchase, readOrder, untilStatus } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const BY = { actor: 'budi@operations', reason: 'Accounting renamed the package' };
const rebook = (number: string, ...changes: Parameters<typeof rebookOrder>[3]['changes']) =>
  rebookOrder(app.database, systemClock, number, { changes, ...BY });
const byHand = (number: string, piNumber: string) =>
  completeByHand(app.database, systemClock, number, { piNumber, ...BY });

/** A paid order of seats and visitors; Moderator refuses the code AGENT for good. */
async function refused() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const order = await confirmOrder(client, await createOrder(client, id, { agent_extra: '2', muv: '500' }));
  app.sandbox.moderator.faults.set([{ kind: 'status', status: 422, match: { body: '"package_code":"AGENT"' } }]);
  await app.sandbox.mekariPay.pay(order.number);
  await failedJob(app, 'book_paid_pi', order.id);
  return { client, order };
}

const bookedCodes = (number: string) =>
  app.sandbox.moderator.booking(number)?.request.lines.map((line) => line.package_code);

/** Two hours from now, when a paid order that is not booked is a violation. */
const later = { now: () => new Date(Date.now() + 7_200_000) };
const violationsOf = async (number: string) =>
  (await audit(app.database, later)).violations.filter(({ subject }) => subject === number);

describe('a booking that Moderator refuses because a package code was renamed', () => {
  test('is booked under the new code; the lines stay as the buyer saw them, and the audit is green', async () => {
    const { client, order } = await refused();
    expect((await violationsOf(order.number)).map(({ check }) => check)).toEqual(['paid_order_is_booked']);
    const { corrected } = await rebook(order.number, { from: 'AGENT', to: 'AGENT_2027' });
    expect(corrected).toMatchObject([{ from: 'AGENT', to: 'AGENT_2027' }]);
    await untilStatus(client, order.id, 'COMPLETED');
    expect(bookedCodes(order.number)?.toSorted()).toEqual(['AGENT_2027', 'MUV']);
    const { lines, timeline } = await reportOrder(app.database, order.number);
    expect(lines.map(({ packageCode }) => packageCode).toSorted()).toEqual(['AGENT', 'MUV']);
    const line = lines.findIndex(({ packageCode }) => packageCode === 'AGENT') + 1;
    expect(timeline).toContainEqual(
      expect.objectContaining({
        from: 'PAID',
        to: 'PAID',
        cause: `operator: booked under another package code, line ${line}: AGENT → AGENT_2027`,
        ...BY,
      }),
    );
    expect(await violationsOf(order.number)).toEqual([]);
  });

  test('can be corrected line by line, and again if the first correction was wrong too', async () => {
    const { client, order } = await refused();
    const { lines } = await reportOrder(app.database, order.number);
    const line = lines.findIndex(({ packageCode }) => packageCode === 'AGENT') + 1;
    app.sandbox.moderator.faults.set(
      ['AGENT', 'WRONG'].map((code) => ({ kind: 'status', status: 422, match: { body: `"package_code":"${code}"` } })),
    );
    await rebook(order.number, { line, to: 'WRONG' });
    await failedJob(app, 'book_paid_pi', order.id);
    expect((await readOrder(client, order.id)).status).toBe('PAID');
    await rebook(order.number, { from: 'WRONG', to: 'SEATS' });
    await untilStatus(client, order.id, 'COMPLETED');
    expect(bookedCodes(order.number)?.toSorted()).toEqual(['MUV', 'SEATS']);
  });

  test('is sent under a key of its own, since Moderator may bind a key to its content', async () => {
    const { client, order } = await refused();
    const keys = () =>
      app.sandbox.moderator
        .requests({ path: '/paid_pi', body: order.number })
        .map(({ headers }) => headers['x-idempotency-key']);
    expect(new Set(keys())).toEqual(new Set([`paid-pi:${order.number}`]));
    await rebook(order.number, { from: 'AGENT', to: 'SEATS' });
    await untilStatus(client, order.id, 'COMPLETED');
    expect(keys().at(-1)).toBe(`paid-pi:${order.number}:1`);
  });

  test('is not booked again under a code that no line has, and the refusal lists the codes', async () => {
    const { order } = await refused();
    await expect(rebook(order.number, { from: 'SEAT', to: 'SEATS' })).rejects.toThrow(
      new RegExp(
        `^${order.number} was not booked again: no line is booked as SEAT: the order has (AGENT, MUV|MUV, AGENT)\\.$`,
      ),
    );
  });
});

describe('a booking that accounting made by hand', () => {
  test('completes the order under its number, and the buyer gets the mail', async () => {
    const { client, order } = await refused();
    await byHand(order.number, 'PI/2026/11/90001');
    expect(await readOrder(client, order.id)).toMatchObject({
      status: 'COMPLETED',
      paidInvoiceNumber: 'PI/2026/11/90001',
    });
    expect((await reportOrder(app.database, order.number)).timeline.at(-1)).toMatchObject({
      from: 'PAID',
      to: 'COMPLETED',
      cause: 'operator: paid PI booked by hand',
      ...BY,
    });
    expect(await violationsOf(order.number)).toEqual([]);
  });

  test('is refused under the number of another order', async () => {
    const { order } = await refused();
    const id = addOrganization(app.sandbox, '1001');
    const other = await purchase(app, await app.client({ organization_id: id }), id, { wa_balance: '1000000' });
    // Each test begins with accounting's first number, so that more than one order here has this one.
    await expect(byHand(order.number, other.paidInvoiceNumber ?? '')).rejects.toThrow(
      /^PI\/\d{4}\/\d{2}\/\d{5} is the paid PI of TU-\S+: ask accounting which one it is\.$/,
    );
  });
});

test('an order that accounting has booked is not booked again', async () => {
  const id = addOrganization(app.sandbox, '1001');
  const order = await purchase(app, await app.client({ organization_id: id }), id, { muv: '500' });
  const refusal = `${order.number} is COMPLETED, booked as ${order.paidInvoiceNumber}: only an order in PAID can be booked again.`;
  await expect(rebook(order.number, { from: 'MUV', to: 'X' })).rejects.toThrow(refusal);
  await expect(byHand(order.number, 'PI/1')).rejects.toThrow(refusal);
});
