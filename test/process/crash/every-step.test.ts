import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { follow, linkTo } from '../../support/app/documents.ts';
import { codes, type Outcome, tryApprove, tryCancel, trySubmit } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { readOrder, until } from '../../support/app/purchase.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { armedWith, type FaultPoint, faultPointsIn, lastWords } from '../../support/fault-points/fault-points.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import {
  launchReplica,
  prepareDatabase,
  type Replica,
  startReplica,
  untilListening,
} from '../../support/processes/replica.ts';
import { assertNothingLost, mailsByOrder, untilAtRest } from './at-rest.ts';
import { Buyer, untilAnswered } from './buyer.ts';

let db: TestDatabase;
let sandbox: Sandbox;
/** By the database's clock: the process that lives at the moment. */
let startedAt: Date;

beforeAll(async () => {
  // An unanswered webhook comes again twice a second, to the current receiver.
  const webhookRetryDelaysMs = Array<number>(2000).fill(500);
  [db, sandbox] = await Promise.all([createDatabase(), startSandbox({ webhookRetryDelaysMs }), buildOnce()]);
  await prepareDatabase(db);
}, 120_000);

afterAll(async () => {
  await endStarted();
  await sandbox?.stop();
  await db?.drop();
});

/** The way to bring a process to the points of a flow, and the final status of the order. */
interface Way {
  drive(buyer: Buyer, replica: Replica, way: Way): Promise<void>;
  end: OrderFragment['status'];
  env?: Record<string, string>;
  /** The acts of a client that repeats its calls, before it confirms. */
  beforeConfirm?(buyer: Buyer, url: string): Promise<void>;
  /** The act at the provider; by default it pays the whole sum. */
  pay?(orderNumber: string): Promise<unknown>;
  /** The next act at the provider, once the order is under review. */
  payRest?(orderNumber: string): Promise<unknown>;
  /** The stored payments and exceptions at the end, and how many payments moved nothing: each has a step. */
  money?: { payments: string[]; exceptions: string[]; steps?: number };
}

const place = (buyer: Buyer, { url }: Replica) => buyer.place(url);

/** A draft without background work, so that a process dies of the next step alone. */
async function placeAndRest(buyer: Buyer, replica: Replica): Promise<void> {
  await place(buyer, replica);
  await untilQuiet(replica);
}

/** The jobs that the live process runs, will run, or may release now: of mails, one may be sent and not recorded. */
const UNDER_WAY = `
  select from graphile_worker.jobs
  where case when locked_at is null then run_at <= now()
        else locked_at >= $1 or (task_identifier = 'send_order_mail' and locked_at < now() - interval '20 seconds') end`;

async function untilQuiet(replica: Replica): Promise<void> {
  const read = async () => replica.process.hasEnded || (await db.query(UNDER_WAY, [startedAt])).length === 0;
  await until(read, (isQuiet) => isQuiet);
}

/** Mekari Pay has no receiver while the processes die one by one: the test sends its webhook to this one. */
async function placeAndPay(buyer: Buyer, replica: Replica, way: Way): Promise<void> {
  await placeAndRest(buyer, replica);
  await pay(buyer, way);
  await sandbox.mekariPay.resend(buyer.order.number, { urls: [`${replica.url}/webhooks/mekari-pay`] });
}

async function placeAndRead(buyer: Buyer, replica: Replica): Promise<void> {
  await placeAndRest(buyer, replica);
  await readQuotation(buyer, replica.url);
}

async function readQuotation(buyer: Buyer, url: string): Promise<string> {
  const { status, bytes } = await follow({ url }, await linkTo(buyer.at(url), buyer.order.id, 'QUOTATION'));
  expect({ status, start: bytes.subarray(0, 5).toString() }).toEqual({ status: 200, start: '%PDF-' });
  return bytes.toString('base64');
}

const pay = ({ order }: Buyer, way: Way) => (way.pay ?? sandbox.mekariPay.pay)(order.number);

/** The credit comes first and is at rest, so that the process dies of the further payment and the refund. */
async function placePayMoreAndRefund(buyer: Buyer, replica: Replica, way: Way): Promise<void> {
  await placeAndPay(buyer, replica, way);
  await untilQuiet(replica);
  await sandbox.mekariPay.payPart(buyer.order.number, { amount: 150_000, webhook: false });
  await sandbox.mekariPay.refund(buyer.order.number, { amount: 100_000 });
  await sandbox.mekariPay.resend(buyer.order.number, { urls: [`${replica.url}/webhooks/mekari-pay`] });
}

/** Everything that the provider may say of the money of an order of Rp800.000, beside the exact sum. */
const MONEY = {
  'a rupiah too little': {
    end: 'PAYMENT_REVIEW',
    drive: placeAndPay,
    pay: (number) => sandbox.mekariPay.payWrong(number),
    money: { payments: ['PAYMENT 799999'], exceptions: [] },
  },
  'a part, and later the rest': {
    end: 'COMPLETED',
    drive: placeAndPay,
    pay: (number) => sandbox.mekariPay.payPart(number, { amount: 300_000 }),
    payRest: (number) => sandbox.mekariPay.payRest(number),
    money: { payments: ['PAYMENT 300000', 'PAYMENT 500000'], exceptions: [] },
  },
  'a fee on top': {
    end: 'COMPLETED',
    drive: placeAndPay,
    pay: (number) => sandbox.mekariPay.payFee(number, { fee: 4000 }),
    money: { payments: ['PAYMENT 804000'], exceptions: ['surplus 4000'] },
  },
  'a part, which goes back': {
    end: 'REFUNDED',
    drive: placeAndPay,
    async pay(number) {
      await sandbox.mekariPay.payPart(number, { amount: 300_000, webhook: false });
      await sandbox.mekariPay.refund(number);
    },
    money: { payments: ['PAYMENT 300000', 'REFUND -300000'], exceptions: [] },
  },
  'the sum, and after the credit more, of which a part goes back': {
    end: 'COMPLETED',
    drive: placePayMoreAndRefund,
    money: {
      payments: ['PAYMENT 800000', 'PAYMENT 150000', 'REFUND -100000'],
      exceptions: ['refunded 100000', 'surplus 50000'],
      steps: 1,
    },
  },
} satisfies Record<string, Way>;

/** The limit is below each buyer's total. */
const askForApprovals = ({ organizationId }: Buyer) =>
  sandbox.hubCore.organizations.patch(organizationId, { settings: { topup_approval: { is_enabled: true, limit: 1 } } });

/** Both are answered as they are if they committed before the death. */
async function submitAndApprove(buyer: Buyer, url: string): Promise<void> {
  expect(codes(await trySubmit(buyer.at(url), buyer.order.id))).toEqual([]);
  const claims = { organization_id: buyer.organizationId, sub: 'checker', scope: 'topup:read topup:approve' };
  const checker = createTestClient(url, await sandbox.auth.token(claims));
  expect(codes(await tryApprove(checker, buyer.order))).toEqual([]);
}

const endTimeToPay = ({ order }: Buyer) =>
  db.query(`update topup_orders set payment_expires_at = now() where id = $1 and status = 'PENDING_PAYMENT'`, [
    order.id,
  ]);

/**
 * Mails come first: the queue is empty, so that each process dies of its own order's mail. A process that dies in a job
 * comes before one that does not, so that its job is released by the end.
 */
const WAYS: Record<string, readonly Way[]> = {
  mail: [{ end: 'COMPLETED', drive: place }],
  expiry: [
    {
      end: 'EXPIRED',
      env: { RECONCILE_INTERVAL_SECONDS: '1' },
      async drive(buyer, replica) {
        await placeAndRest(buyer, replica);
        await endTimeToPay(buyer);
      },
    },
  ],
  confirm: [{ end: 'COMPLETED', drive: place }],
  approval: [
    {
      end: 'COMPLETED',
      async drive(buyer, replica) {
        askForApprovals(buyer);
        await buyer.create(replica.url);
        await submitAndApprove(buyer, replica.url);
      },
      beforeConfirm: submitAndApprove,
    },
  ],
  invoice: [{ end: 'COMPLETED', drive: place }],
  'paid PI': [{ end: 'COMPLETED', drive: placeAndPay }],
  review: Object.values(MONEY),
  settle: [{ end: 'COMPLETED', drive: placeAndPay }, MONEY['a part, and later the rest']],
  document: [{ end: 'COMPLETED', drive: placeAndRead }],
  cancel: [
    {
      end: 'CANCELLED',
      async drive(buyer, replica) {
        await placeAndRest(buyer, replica);
        await tryCancel(buyer.at(replica.url), buyer.order.id);
      },
    },
  ],
};

interface Story {
  point: FaultPoint;
  way: Way;
  buyer: Buyer;
}

function waysTo({ name, flow }: FaultPoint): readonly Way[] {
  const ways = WAYS[flow];
  if (ways === undefined) throw new Error(`no way leads to "${name}": say in WAYS how to get there`);
  return ways;
}

async function newStory(point: FaultPoint, way: Way): Promise<Story> {
  const organizationId = addOrganization(sandbox, '1001');
  const token = await sandbox.auth.token({ organization_id: organizationId });
  return { point, way, buyer: new Buyer(organizationId, token, { agent_extra: '4', muv: '500' }) };
}

/** A poll counts too: one that a dead process held is released 20 s later, and would check every order that awaits its payment. */
const runChecksAt = (time: string) =>
  db.query(`update graphile_worker._private_jobs job set run_at = ${time}
    from graphile_worker.jobs view where view.id = job.id and task_identifier in ('check_payment', 'reconcile')`);

/** A process that must die at this point and nowhere else. */
async function dieAt({ point, way, buyer }: Story): Promise<void> {
  const [clock] = await db.query<{ now: Date }>('select now()');
  startedAt = clock?.now ?? new Date();
  const env = { RECONCILE_INTERVAL_SECONDS: '3600', ...way.env, ...armedWith(point.name) };
  const process = launchReplica({ db, sandbox }, env);
  const drive = async () => {
    const replica = await untilListening(process);
    await untilQuiet(replica);
    await way.drive(buyer, replica, way);
  };
  // The caller of a dead process gets no answer; any other error must fail the test, or it would wait for a death in
  // vain.
  const driven = drive().catch((error: Error) => {
    if (!process.hasEnded && !(error instanceof TypeError)) throw error;
  });
  const [{ signal, stderr }] = await Promise.all([process.finished, driven]);
  expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: lastWords(point.name) });
  // No later process may die of a check that this one left: it is another order's.
  await runChecksAt(`now() + interval '1 day'`);
}

/** Only a process that died after sending and before recording sends a mail twice, both with one Message-ID. */
const payMails = ({ name }: FaultPoint) => (name === 'mail, sent and not noted' ? 2 : 1);

const payMailsOf = ({ order }: Buyer) =>
  sandbox.mail.messages().filter(({ messageId }) => messageId.startsWith(`<${order.number}.awaiting_payment.`)).length;

/** Runs once replicas are back: the client repeats unanswered calls, time passes, and the jobs do the rest. */
async function goOn({ point, way, buyer }: Story, urls: string[]): Promise<void> {
  const ask = <T>(work: (url: string) => Promise<T>) => untilAnswered(urls, work);
  const read = () => ask((url) => readOrder(buyer.at(url), buyer.order.id));
  await ask((url) => buyer.create(url));
  if ((await read()).status === 'DRAFT') {
    await ask(async (url) => way.beforeConfirm?.(buyer, url));
    await ask((url) => buyer.confirm(url));
  }
  // The job adds the link without a call, and sends its mail; once the order is paid, it would not be sent any more.
  await until(
    async () => payMailsOf(buyer),
    (copies) => copies >= payMails(point),
  );
  if (way.end === 'CANCELLED') expectCancelled(await ask((url) => tryCancel(buyer.at(url), buyer.order.id)), point);
  else if (way.end === 'EXPIRED') await endTimeToPay(buyer);
  else if (sandbox.mekariPay.invoice(buyer.order.number)?.status === 'pending') {
    expect((await read()).paymentUrl).toBe(sandbox.mekariPay.invoice(buyer.order.number)?.payment_url);
    await pay(buyer, way);
  }
  if (way.payRest === undefined) return;
  await until(read, ({ status }) => status === 'PAYMENT_REVIEW');
  await way.payRest(buyer.order.number);
}

/** Each payment is entered once, and each exception told once, wherever the process died. */
async function expectMoney({ way, buyer: { order } }: Story): Promise<void> {
  if (way.money === undefined) return;
  const read = async (sql: string) => (await db.query<{ line: string }>(sql, [order.id])).map(({ line }) => line);
  const payments = await read(
    `select kind || ' ' || amount as line from order_payments where order_id = $1 order by recorded_at, kind`,
  );
  const exceptions = await read(
    `select outcome || ' ' || amount as line from payment_events where order_id = $1 and outcome in ('surplus', 'refunded') order by outcome`,
  );
  const steps = await read(
    `select cause as line from topup_order_events where order_id = $1 and cause like 'payment received: %'`,
  );
  expect({ payments, exceptions, steps: steps.length }).toEqual({ steps: 0, ...way.money });
}

/** A repeat is refused only after a cancel that committed, and with an order that says so. */
function expectCancelled(outcome: Outcome, { name }: FaultPoint): void {
  const refused = name === 'cancel, committed and not answered' ? ['INVALID_TRANSITION'] : [];
  expect({ status: outcome.order?.status, codes: codes(outcome) }).toEqual({ status: 'CANCELLED', codes: refused });
}

function expectedMails(stories: Story[]): Record<string, number> {
  const last = {
    COMPLETED: 'invoice_booked',
    EXPIRED: 'order_expired',
    CANCELLED: 'order_cancelled',
    PAYMENT_REVIEW: 'payment_under_review',
  };
  const mails = stories.flatMap(({ point, way, buyer }) => {
    const { number } = buyer.order;
    const kind = last[way.end as keyof typeof last];
    const first: [string, number] = [`${number}.awaiting_payment`, payMails(point)];
    return kind === undefined ? [first] : [first, [`${number}.${kind}`, 1] as [string, number]];
  });
  return Object.fromEntries(mails);
}

test('a process that dies at any step leaves nothing paid uncredited, nothing credited or booked twice, no payment lost, and no second invoice', async ({
  annotate,
}) => {
  const points = Object.keys(WAYS).flatMap((flow) => faultPointsIn('src').filter((point) => point.flow === flow));
  expect(points.toSorted(byName)).toEqual(faultPointsIn('src').toSorted(byName));
  const stories: Story[] = [];
  const startAt = performance.now();
  for (const point of points) {
    for (const way of waysTo(point)) {
      await annotate(point.name);
      const story = await newStory(point, way);
      stories.push(story);
      await dieAt(story);
    }
  }

  const diedAt = performance.now();
  await runChecksAt('now()');
  await annotate('two replicas');
  // FAULT_POINT alone has no effect: without the preload the point is a comment.
  const env = { RECONCILE_INTERVAL_SECONDS: '5', FAULT_POINT: 'settle, read and decided' };
  const replicas = await Promise.all([1, 2].map(() => startReplica({ db, sandbox }, env)));
  const urls = replicas.map(({ url }) => url);
  sandbox.mekariPay.setWebhookUrl(`${urls[0]}/webhooks/mekari-pay`);
  await Promise.all(stories.map((story) => goOn(story, urls)));
  const ends = Map.groupBy(stories, ({ way }) => way.end);
  const numbers = [...ends].map(([end, of]): [string, string[]] => [end, of.map(({ buyer }) => buyer.order.number)]);
  await untilAtRest(db, Object.fromEntries(numbers));

  const paid = stories.filter(({ way }) => way.end === 'COMPLETED');
  // Each buyer bought 4 seats and 500 visitors.
  expect(await assertNothingLost({ db, sandbox }, paid.length)).toBe(String(paid.length * 504));
  const seconds = [diedAt - startAt, performance.now() - diedAt].map((ms) => (ms / 1000).toFixed(1));
  console.log(`${stories.length} deaths at ${points.length} points in ${seconds[0]} s, at rest ${seconds[1]} s later`);
  for (const story of stories) await expectMoney(story);
  for (const { buyer } of stories.filter(({ point }) => point.flow === 'document')) {
    const [one, other] = await Promise.all(urls.map((url) => readQuotation(buyer, url)));
    expect(one).toBe(other);
  }
  const mails = Object.entries(mailsByOrder(sandbox));
  // A mail about an approval is sent if it is due before the confirm, and dropped after it: both are right.
  const isOfApproval = ([name]: [string, number]) => /\.(approval_requested|order_approved)$/.test(name);
  const isReceipt = ([name]: [string, number]) => name.endsWith('.payment_received');
  const others = stories.filter(({ way }) => way.money === undefined || way.end === 'PAYMENT_REVIEW');
  const isOfOthers = ([name]: [string, number]) =>
    others.some(({ buyer }) => name.startsWith(`${buyer.order.number}.`));
  expect(
    Object.fromEntries(mails.filter((mail) => isOfOthers(mail) && !isReceipt(mail) && !isOfApproval(mail))),
  ).toEqual(expectedMails(others));
  const receipts = mails.filter(isReceipt);
  expect(receipts.map(([name]) => name).toSorted()).toEqual(
    paid.map(({ buyer }) => `${buyer.order.number}.payment_received`).toSorted(),
  );
  // A receipt goes out beside the booking: the death at a step of that may come between its sending and its record, once.
  for (const [, copies] of receipts) expect([1, 2]).toContain(copies);
  // A confirmed order is stored under its key, wherever the process died: a repeat is answered, not refused.
  for (const { buyer } of stories) await buyer.confirm(urls[0] ?? '');
  for (const { process } of replicas) process.signal('SIGTERM');
  for (const { process } of replicas) expect(await process.finished).toMatchObject({ code: 0, stderr: '' });
}, 600_000);

const byName = (a: FaultPoint, b: FaultPoint) => (a.name < b.name ? -1 : 1);
