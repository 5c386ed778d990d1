import { Refusal } from '../server/reply.ts';
import { flag, integer, object, optional } from '../shape.ts';
import type { InvoiceRequest } from './invoice-request.ts';

/** The provider's conditions for a new invoice. Each is absent until a switch sets it. */
export interface TermsOptions {
  /** A smaller total is refused (422). */
  minimum_amount?: number | undefined;
  /** A larger total is refused (422). */
  maximum_amount?: number | undefined;
  /** An invoice gets at most this long, however late its requested `expires_at` is. */
  max_lifetime_seconds?: number | undefined;
  /** A second invoice with one external id is refused (409). */
  one_invoice_per_order?: boolean | undefined;
}

export const termsShape = object<TermsOptions>({
  minimum_amount: optional(integer(0)),
  maximum_amount: optional(integer(0)),
  max_lifetime_seconds: optional(integer(1)),
  one_invoice_per_order: optional(flag),
});

export interface Terms {
  get(): TermsOptions;
  /** Replaces all conditions. */
  set(options: TermsOptions): void;
  /** Throws a Refusal. `others` counts the earlier invoices with the same external id. */
  check(request: InvoiceRequest, others: number): void;
  /** Returns the granted deadline for a requested one, both in milliseconds. */
  deadline(requested: number, now: number): number;
}

export function createTerms(): Terms {
  let terms: TermsOptions = {};
  return {
    get: () => ({ ...terms }),
    set(options) {
      terms = { ...options };
    },
    check({ amount }, others) {
      const { minimum_amount: minimum = 0, maximum_amount: maximum = Number.MAX_SAFE_INTEGER } = terms;
      if (amount < minimum || amount > maximum) {
        const message = `must be from ${minimum} to ${maximum}`;
        throw new Refusal(422, 'amount_not_allowed', `amount ${message}`, [{ field: 'amount', message }]);
      }
      if (terms.one_invoice_per_order === true && others > 0) {
        throw new Refusal(409, 'external_id_taken', 'there is an invoice with this external_id already');
      }
    },
    deadline(requested, now) {
      const { max_lifetime_seconds: seconds } = terms;
      return seconds === undefined ? requested : Math.min(requested, now + seconds * 1000);
    },
  };
}
