import type { Clock } from '../clock.ts';
import { Refusal } from '../server/reply.ts';
import type { Actions } from './actions.ts';
import type { Invoice } from './invoices.ts';
import { METHODS } from './pay-methods.ts';

/** A button of the pay page: its label once it is pressed, and its action with the form's fields. */
export interface Button {
  label: string;
  press(invoice: Invoice, form: URLSearchParams): Promise<unknown>;
}

/** Reads an amount of the form; undefined if it is empty. */
function amountOf(form: URLSearchParams): number | undefined {
  const text = form.get('amount') ?? '';
  if (text === '') return undefined;
  if (!/^\d{1,15}(\.\d{1,2})?$/.test(text))
    throw new Refusal(422, 'invalid', 'the amount must have at most two decimals');
  return Number(text);
}

function wholeOf(form: URLSearchParams, name: string, minimum: number): number {
  const value = Number(form.get(name));
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw new Refusal(422, 'invalid', `the ${name} must be a whole number from ${minimum}`);
  }
  return value;
}

/** The chosen method, as the interface names it. */
function methodOf(form: URLSearchParams) {
  const method = METHODS.find(({ code }) => code === form.get('method'));
  return method === undefined ? {} : { payment_method: method.code };
}

const currencyOf = (form: URLSearchParams) => ({ currency: form.get('currency') ?? undefined });

export function payButtons(actions: Actions, clock: Clock): Record<string, Button> {
  const difference = (form: URLSearchParams) => wholeOf(form, 'difference', 1);
  const deadline = (form: URLSearchParams) =>
    new Date(clock().getTime() + wholeOf(form, 'minutes', -1_000_000) * 60_000).toISOString();
  const payWrong = (invoice: Invoice, amount: number) => actions.payWrong(invoice.id, { amount: Math.max(0, amount) });
  return {
    pay: { label: 'Dibayar / Paid', press: ({ id }, form) => actions.pay(id, methodOf(form)) },
    'pay-late': { label: 'Dibayar terlambat / Paid late', press: ({ id }) => actions.payLate(id) },
    'pay-less': {
      label: 'Dibayar kurang / Paid too little',
      press: async (invoice, form) => payWrong(invoice, invoice.amount - difference(form)),
    },
    'pay-more': {
      label: 'Dibayar lebih / Paid too much',
      press: async (invoice, form) => payWrong(invoice, invoice.amount + difference(form)),
    },
    'pay-fee': {
      label: 'Dibayar dengan biaya / Paid with a fee',
      press: async ({ id }, form) => actions.payFee(id, { fee: wholeOf(form, 'fee', 1) }),
    },
    'pay-part': {
      label: 'Dibayar sebagian / Paid a part',
      press: async ({ id }, form) =>
        actions.payPart(id, { amount: amountOf(form), ...currencyOf(form), ...methodOf(form) }),
    },
    'pay-rest': {
      label: 'Sisanya dibayar / Paid the rest',
      press: ({ id }, form) => actions.payRest(id, { ...currencyOf(form), ...methodOf(form) }),
    },
    refund: {
      label: 'Dikembalikan / Refunded',
      press: async ({ id }, form) => actions.refund(id, { amount: amountOf(form) }),
    },
    chargeback: {
      label: 'Tolak bayar / Charged back',
      press: async ({ id }, form) => actions.chargeback(id, { amount: amountOf(form) }),
    },
    shorten: {
      label: 'Tenggat diubah / Deadline changed',
      press: async ({ id }, form) => actions.shorten(id, { expires_at: deadline(form) }),
    },
    event: {
      label: 'Event dikirim / Event sent',
      press: ({ id }, form) => actions.event(id, { type: form.get('type') ?? '' }),
    },
    void: { label: 'Dibatalkan / Void', press: ({ id }) => actions.void(id) },
    lose: { label: 'Hilang / Lost', press: ({ id }) => actions.lose(id) },
    restore: { label: 'Ditemukan lagi / Found again', press: ({ id }) => actions.restore(id) },
    fail: { label: 'Pembayaran gagal / Payment failed', press: ({ id }) => actions.fail(id) },
    expire: { label: 'Kedaluwarsa / Expired', press: ({ id }) => actions.expire(id) },
    resend: { label: 'Webhook dikirim ulang / Webhook sent again', press: ({ id }) => actions.resend(id) },
  };
}
