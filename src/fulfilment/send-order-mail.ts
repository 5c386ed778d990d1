import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { OrganizationSnapshot } from '../clients/hub-core.ts';
import type { Mailer } from '../clients/mailer.ts';
import { isUpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { linesOfOrder, orderById, type TopupOrder } from '../orders/index.ts';
import type { OrganizationsService } from '../organizations/index.ts';
import { lastSending, recordDelivery } from './store/mail-deliveries.ts';
import { type MailKind, renderOrderMail, toMailLocale } from './templates/index.ts';

type Contact = OrganizationSnapshot['billingContacts'][number];

/**
 * Sends one e-mail about an order to each billing contact, in the contact's language. A contact that has it does not get it
 * again when the job is retried for another's sake. A crash between the mail server's answer and our record of it can send
 * one twice: both then carry the same Message-ID, by which mailboxes recognize a repeat.
 */
export class SendOrderMail {
  constructor(
    private readonly database: DataSource,
    private readonly organizations: OrganizationsService,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  /** `sending`: 1 is the order's own, each further one was asked for by an operator. */
  async send(kind: MailKind, orderId: string, sending: number): Promise<void> {
    const order = await orderById(this.database, orderId);
    // A mail that is late must not say what is no longer so: nobody is asked to pay what is paid, cancelled or expired.
    if (mailKindOf(order) !== kind) return;
    const organization = await this.organizations.findFresh(order.organizationId);
    if (isUpstreamError(organization)) throw organization;
    const contacts = organization?.billingContacts ?? [];
    // The job is retried until somebody enters a contact, and stands among the stuck jobs until then.
    if (organization === undefined || contacts.length === 0)
      throw new Error('hub-core has no billing contact to write to');
    const failures: unknown[] = [];
    for (const contact of new Map(contacts.map((contact) => [contact.email, contact])).values()) {
      await this.sendTo(contact, { kind, sending }, order, organization).catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  private async sendTo(
    contact: Contact,
    { kind, sending }: { kind: MailKind; sending: number },
    order: TopupOrder,
    organization: OrganizationSnapshot,
  ): Promise<void> {
    const recipientHash = createHash('sha256').update(contact.email.toLowerCase()).digest('hex');
    const recipient = { orderId: order.id, kind, recipientHash };
    if ((await lastSending(this.database, recipient)) >= sending) return;
    const mail = renderOrderMail(kind, toMailLocale(contact.locale), {
      orderNumber: order.number,
      organizationName: organization.name,
      recipientName: contact.name,
      total: order.total,
      lines: await linesOfOrder(this.database, order.id),
      paymentUrl: order.paymentUrl,
      paymentExpiresAt: order.paymentExpiresAt,
      paidAt: order.paidAt,
      paidInvoiceNumber: order.paidInvoiceNumber,
    });
    const again = sending === 1 ? '' : `.${sending}`;
    const messageId = `<${order.number}.${kind}.${recipientHash.slice(0, 16)}${again}@self-topup>`;
    // fault point: mail, about to be sent
    await this.mailer.send({ ...mail, to: { name: contact.name, address: contact.email }, messageId });
    // fault point: mail, sent and not noted
    await recordDelivery(this.database, recipient, sending, this.clock.now());
    // fault point: mail, noted and the job not ended
  }
}

/** The kind of e-mail that tells how an order stands; undefined where there is none to send. */
export function mailKindOf({ status, confirmedAt, paymentUrl }: TopupOrder): MailKind | undefined {
  if (status === 'PENDING_PAYMENT') return paymentUrl === null ? undefined : 'awaiting_payment';
  if (status === 'EXPIRED') return confirmedAt === null ? undefined : 'order_expired';
  if (status === 'PAYMENT_REVIEW') return 'payment_under_review';
  return status === 'COMPLETED' ? 'payment_received' : undefined;
}
