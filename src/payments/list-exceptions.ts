import type { DataSource } from 'typeorm';
import type { ExceptionPageArgs } from './rules/exception-page.ts';
import { type OpenPayment, pageOfOpenPayments } from './store/payment-exceptions.ts';

export interface ExceptionPage {
  payments: readonly OpenPayment[];
  hasNextPage: boolean;
}

/**
 * Lists the payments that await an operator, for support. Reads as the background does, because the login of callers sees no notice of a
 * payment, and many of these belong to no organization: only a field that requires the scope of support may ask.
 */
export class ListExceptions {
  constructor(private readonly database: DataSource) {}

  async page(args: ExceptionPageArgs): Promise<ExceptionPage> {
    const rows = await pageOfOpenPayments(this.database, args);
    return { payments: rows.slice(0, args.first), hasNextPage: rows.length > args.first };
  }
}
