import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../../sandbox/index.ts';
import { approvePayment, cancelOrder, refundOrder } from '../../../src/operators/index.ts';
import { retryJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { failedJob, queuedJobs } from '../../support/app/jobs.ts';
import { tryCancel, tryCheck } from '../../support/app/mutations.ts';
import { decisionParts } from '../../support/app/operators.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, until, untilStatus } from '../../support/app/purchase.ts';

/** The mails about money that is not exactly the order's, read at the mail server (domain.md 10). */

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const GRACE = { name: 'Grace', email: 'grace@buyer.example.test', locale: 'en' as const };
const SITI = { name: 'Siti', email: 'siti@buyer.example.test', locale: 'id' as const };
const BY = { actor: 'budi@operations', reason: 'Agreed with the buyer' };

const REVIEWING = 'We are reviewing the payment for order NUMBER – PT Maju Jaya Sentosa';
const MISSING = 'A part of the payment for order NUMBER is missing – PT Maju Jaya Sentosa';
const AWAITING = 'Order NUMBER is awaiting payment – PT Maju Jaya Sentosa';
const RECEIVED = 'Payment received for order NUMBER – PT Maju Jaya Sentosa';
const BOOKED = 'PI number for order NUMBER – PT Maju Jaya Sentosa';
const REFUND = 'Refund of order NUMBER – PT Maju Jaya Sentosa';
const CANCELLED = 'Order NUMBER has been cancelled – PT Maju Jaya Sentosa';
const EXPIRED = 'Order NUMBER has expired – PT Maju Jaya Sentosa';

async function pending() {
  const id = addOrganization(app.sandbox, '1001', { billing_contacts: [GRACE, SITI] });
  const client = await app.client({ organization_id: id });
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  await mailsAre(order.number, [AWAITING]);
  return { id, client, order };
}

const english = (number: string) =>
  app.sandbox.mail.messages().filter(({ to, subject }) => to.includes(GRACE.email) && subject.includes(number));
const flat = (text: string | undefined) => (text ?? '').replace(/\s+/g, ' ');

/** Waits until these are the subjects of the mails to the English contact, in this order. */
async function mailsAre(number: string, subjects: readonly string[]): Promise<readonly Message[]> {
  const read = async () => english(number);
  const mails = await until(read, (found) => found.length >= subjects.length);
  expect(mails.map(({ subject }) => subject.replace(number, 'NUMBER'))).toEqual(subjects);
  return mails;
}

/** Waits until nothing is left to send, and returns what the contact then has. */
async function allMails(order: { id: string; number: string }): Promise<readonly Message[]> {
  await until(
    () => queuedJobs(app, order.id),
    (jobs) => jobs.every(({ task }) => task === 'issue_invoice'),
  );
  return english(order.number);
}

const received = (sum: number) => new Map([['IDR', String(sum)]]);

describe('an underpaid order', () => {
  test('asks for the rest in each language; each further part has a mail, a repeat has none, the last one is a receipt', async () => {
    const { client, order } = await pending();
    await app.sandbox.mekariPay.payPart(order.number, { amount: 400_000 });
    const [, first] = await mailsAre(order.number, [AWAITING, MISSING]);
    expect(flat(first?.text)).toContain(
      'So far, we have received Rp400.000 of Rp1.000.000: Rp600.000 is missing. No quota has been credited yet.',
    );
    expect(flat(first?.text)).toContain('Please pay the missing Rp600.000 with the same payment link, by ');
    expect(first?.text).toContain(order.paymentUrl);
    const indonesian = await app.sandbox.mail.waitFor(
      ({ to, subject }) =>
        to.includes(SITI.email) && subject === `Pembayaran pesanan ${order.number} masih kurang – PT Maju Jaya Sentosa`,
    );
    expect(flat(indonesian.text)).toContain(
      'Sejauh ini kami menerima Rp400.000 dari Rp1.000.000: masih kurang Rp600.000.',
    );
    expect(indonesian.html).toContain('Bayar kekurangannya');

    await app.sandbox.mekariPay.payPart(order.number, { amount: 100_000 });
    const [, , second] = await mailsAre(order.number, [AWAITING, MISSING, MISSING]);
    expect(flat(second?.text)).toContain('Rp500.000 is missing');
    await app.sandbox.mekariPay.resend(order.number);
    await tryCheck(client, order.id);
    expect(await allMails(order)).toHaveLength(3);

    await app.sandbox.mekariPay.payRest(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    const mails = await allMails(order);
    expect(
      mails
        .map(({ subject }) => subject.replace(order.number, 'NUMBER'))
        .slice(3)
        .sort(),
    ).toEqual([BOOKED, RECEIVED]);
    const receipt = mails.find(({ subject }) => subject.startsWith('Payment received'));
    expect(flat(receipt?.text)).toContain('Amount received: Rp1.000.000');
    expect(receipt?.text).not.toContain('surplus');
  });

  test('whose invoice cannot be paid any more shows no link, in the mail and in the graph', async () => {
    const { client, order } = await pending();
    await app.sandbox.mekariPay.payWrong(order.number);
    const [, mail] = await mailsAre(order.number, [AWAITING, REVIEWING]);
    expect(flat(mail?.text)).toContain('So far, we have received Rp999.999 of Rp1.000.000: Rp1 is missing.');
    expect(flat(mail?.text)).toContain('The rest can no longer be paid with the payment link. Our team decides');
    expect(mail?.text).not.toContain(order.paymentUrl);
    expect((await untilStatus(client, order.id, 'PAYMENT_REVIEW')).paymentUrl).toBeNull();
  });

  test('in another currency tells what happens next', async () => {
    const { order } = await pending();
    await app.sandbox.mekariPay.payWrong(order.number, { currency: 'USD', amount: 61 });
    const [, mail] = await mailsAre(order.number, [AWAITING, REVIEWING]);
    expect(flat(mail?.text)).toContain('We have received USD 61, but the order asks for Rp1.000.000 in rupiah.');
  });

  test('a mail that waits while the next part comes is dropped: the contact gets the newest sum, once', async () => {
    const { order } = await pending();
    await app.sandbox.mail.refuse();
    await app.sandbox.mekariPay.payPart(order.number, { amount: 400_000 });
    const job = await failedJob(app, 'send_order_mail', order.id);
    await app.sandbox.mekariPay.payPart(order.number, { amount: 100_000 });
    await until(
      () => queuedJobs(app, order.id),
      (jobs) => jobs.filter(({ task }) => task === 'send_order_mail').length === 2,
    );
    await app.sandbox.mail.accept();
    const jobs = await queuedJobs(app, order.id);
    await retryJobs(app.database, [job.id, ...jobs.map(({ id }) => id)]);
    const mails = await allMails(order);
    expect(mails.map(({ subject }) => subject.replace(order.number, 'NUMBER'))).toEqual([AWAITING, MISSING]);
    expect(flat(mails[1]?.text)).toContain('Rp500.000 is missing');
  });
});

describe('a receipt', () => {
  test('of a payment with a fee on top names both sums and promises the surplus back', async () => {
    const { client, order } = await pending();
    await app.sandbox.mekariPay.payFee(order.number, { fee: 4000 });
    await untilStatus(client, order.id, 'COMPLETED');
    const receipt = (await allMails(order)).find(({ subject }) => subject.startsWith('Payment received'));
    expect(flat(receipt?.text)).toContain(
      'We received Rp1.004.000, and the order asked for Rp1.000.000. The surplus of Rp4.000 will be given back to you.',
    );
  });

  test('a second payment of a paid order has a receipt of its own', async () => {
    const { client, order } = await pending();
    await app.sandbox.mekariPay.pay(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    await allMails(order);
    await app.sandbox.mekariPay.payPart(order.number, { amount: 250_000 });
    const second = await app.sandbox.mail.waitFor(
      ({ to, text }) => to.includes(GRACE.email) && text.includes('Rp250.000'),
    );
    expect(second.subject).toBe(`Payment received for order ${order.number} – PT Maju Jaya Sentosa`);
    expect(flat(second.text)).toContain('The surplus of Rp250.000 will be given back to you.');
    expect((await allMails(order)).filter(({ subject }) => subject.startsWith('Payment received'))).toHaveLength(2);
  });

  test('of a payment that an operator accepted as it was says so', async () => {
    const { client, order } = await pending();
    await app.sandbox.mekariPay.payPart(order.number, { amount: 400_000 });
    await untilStatus(client, order.id, 'PAYMENT_REVIEW');
    await approvePayment(decisionParts(app), order.number, { ...BY, received: received(400_000) });
    const receipt = await app.sandbox.mail.waitFor(
      ({ to, subject }) =>
        to.includes(GRACE.email) && subject === `Payment received for order ${order.number} – PT Maju Jaya Sentosa`,
    );
    expect(flat(receipt.text)).toContain('We received Rp400.000 and accepted it as payment of the whole order.');
  });
});

describe('a refund', () => {
  const refund = (number: string, sum: number, takeBack: ReadonlyMap<string, bigint> = new Map()) =>
    refundOrder({ ...decisionParts(app), outstandingExcess: async () => 0n }, number, {
      ...BY,
      received: received(sum),
      takeBack,
    });
  const refundMail = (number: string) =>
    app.sandbox.mail.waitFor(
      ({ to, subject }) => to.includes(GRACE.email) && subject === REFUND.replace('NUMBER', number),
    );

  test('by the provider: what was received went back', async () => {
    const { client, order } = await pending();
    await app.sandbox.mekariPay.payPart(order.number, { amount: 400_000 });
    await untilStatus(client, order.id, 'PAYMENT_REVIEW');
    await app.sandbox.mekariPay.refund(order.number);
    const text = flat((await refundMail(order.number)).text);
    expect(text).toContain('We had received Rp400.000, and Rp400.000 was given back to you.');
    expect(text).toContain('No quota was credited for this order.');
    const indonesian = await app.sandbox.mail.waitFor(
      ({ to, subject }) =>
        to.includes(SITI.email) && subject === `Pengembalian dana pesanan ${order.number} – PT Maju Jaya Sentosa`,
    );
    expect(flat(indonesian.text)).toContain('dan Rp400.000 telah dikembalikan kepada Anda.');
  });

  test('by an operator: what was received will go back', async () => {
    const { client, order } = await pending();
    await app.sandbox.mekariPay.payPart(order.number, { amount: 400_000 });
    await untilStatus(client, order.id, 'PAYMENT_REVIEW');
    await refund(order.number, 400_000);
    const text = flat((await refundMail(order.number)).text);
    expect(text).toContain('We had received Rp400.000, and Rp400.000 will be given back to you.');
  });

  test('of unused quota: the sum received, and the price of what was taken back', async () => {
    const { client, order } = await pending();
    await app.sandbox.mekariPay.pay(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    await refund(order.number, 1_000_000, new Map([['wa_balance', 250_000n]]));
    const text = flat((await refundMail(order.number)).text);
    expect(text).toContain('We had received Rp1.000.000, and Rp250.000 will be given back to you.');
    expect(text).toContain('The quota that was not used has been taken back from your balance.');
  });
});

describe('an order that ended unpaid says why', () => {
  const ending = async (number: string, subject: string) => {
    const [, mail] = await mailsAre(number, [AWAITING, subject]);
    return flat(mail?.text);
  };

  test('cancelled by its buyer', async () => {
    const { client, order } = await pending();
    await tryCancel(client, order.id);
    expect(await ending(order.number, CANCELLED)).toContain('It was cancelled by a user of your organization.');
  });

  test('cancelled by an operator', async () => {
    const { order } = await pending();
    await cancelOrder(decisionParts(app), order.number, BY);
    expect(await ending(order.number, CANCELLED)).toContain('It was cancelled by our team.');
  });

  test('its invoice is void at the provider', async () => {
    const { order } = await pending();
    await app.sandbox.mekariPay.void(order.number);
    await app.reconcile();
    expect(await ending(order.number, CANCELLED)).toContain('The payment provider withdrew its invoice');
  });

  test('its invoice expired at the provider', async () => {
    const { order } = await pending();
    await app.sandbox.mekariPay.expire(order.number, { webhook: false });
    await app.reconcile();
    expect(await ending(order.number, EXPIRED)).toContain(
      'The payment provider closed its invoice before it was paid.',
    );
  });

  test('a draft that is cancelled was never announced, and has no mail', async () => {
    const id = addOrganization(app.sandbox, '1001', { billing_contacts: [GRACE] });
    const client = await app.client({ organization_id: id });
    const draft = await createOrder(client, id, { wa_balance: '1000000' });
    await tryCancel(client, draft.id);
    expect(await queuedJobs(app, draft.id)).toEqual([]);
    expect(english(draft.number)).toEqual([]);
  });
});
