import type { Config } from '../../config.ts';
import { BookPaidPi, bookingJobs, mailJobs, SendOrderMail } from '../../fulfilment/index.ts';
import { runReconciliationHandler } from '../../operators/index.ts';
import type { OrganizationsService } from '../../organizations/index.ts';
import { mailMoneyOf, paymentJobs } from '../../payments/index.ts';
import type { JobHandler } from '../../platform/jobs/job.ts';
import type { Parts } from './parts.ts';
import type { PaymentServices } from './payments.ts';

/** The handlers of jobs, in groups; app/background.ts runs each group in lanes of its own. */
type JobHandlers = Readonly<Record<'payments' | 'bookings' | 'mails', readonly JobHandler[]>>;

export function composeJobHandlers(
  config: Config,
  { clock, log, telemetry, database, neighbours }: Parts,
  organizations: OrganizationsService,
  { invoices, voidInvoice, checkPayment, reconciliation }: PaymentServices,
): JobHandlers {
  const bookPaidPi = new BookPaidPi(database, neighbours.moderator, clock);
  const orderMail = new SendOrderMail(
    database,
    organizations,
    neighbours.mailer,
    (order) => mailMoneyOf(database, order),
    clock,
    log,
    config.CHECKOUT_RETURN_URL,
  );
  return {
    payments: [
      runReconciliationHandler(reconciliation, telemetry.reconciliationFindings),
      ...paymentJobs({
        issueInvoice: (id) => invoices.issueForOrder(id),
        voidInvoice: (id) => voidInvoice.voidForOrder(id),
        checkPayment: (id) => checkPayment.checkForNotice(id),
      }),
    ],
    bookings: bookingJobs({ bookPaidPi: (orderId) => bookPaidPi.book(orderId) }),
    mails: mailJobs({ sendOrderMail: (mail, stopping) => orderMail.send(mail, stopping) }),
  };
}
