import type { DataSource } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { formatRupiah } from '../kernel/money.ts';
import type { TopupOrder } from '../orders/index.ts';
import type { InvoiceOfAnother } from './order-invoices.ts';
import type { ReportOutcome } from './report-outcome.ts';
import type { PaymentSource } from './store/payment-event.entity.ts';
import { enterOtherInvoice } from './store/payment-events.ts';
import { ofAnotherOrder, resultEvent } from './store/settlement-rows.ts';

/**
 * Enters an exception for each invoice that the provider gave for one order and that belongs to another, once for an order and
 * an invoice. It moves no order: the invoice pays its owner alone, and the other order goes on without it.
 */
export class ReportOthers {
  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
    private readonly report: ReportOutcome,
  ) {}

  async enter(
    order: TopupOrder,
    { provider, source, others }: { provider: string; source: PaymentSource; others: readonly InvoiceOfAnother[] },
  ): Promise<void> {
    for (const { invoice, ownerNumber } of others) {
      const { id: invoiceId, paid } = invoice;
      const came =
        paid === null
          ? ''
          : ` ${paid.rupiah === null ? `${paid.currency} ${paid.text}` : formatRupiah(paid.rupiah)} came in through it.`;
      const event = resultEvent(order, {
        provider,
        source,
        invoiceId,
        outcome: 'other_invoice',
        amount: paid?.rupiah ?? null,
        detail: ofAnotherOrder(order.number, ownerNumber) + came,
        at: this.clock.now(),
      });
      if (await enterOtherInvoice(this.database, order, event)) this.report({ ...event, order });
    }
  }
}
