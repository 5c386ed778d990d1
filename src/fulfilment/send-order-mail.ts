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
 * Sends one e-mail about an order to each billing contact, in the contact's language. A retry skips contacts that
 * already have it. A crash between the mail server's answer and our record can send it twice: both copies carry the
 * same Message-ID, by which mailboxes recognize a repeat.
 */
export class SendOrderMail {
  constructor(
    private readonly database: DataSource,
    private readonly organizations: OrganizationsService,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  /** `sending` is 1 for the order's own mail; each resend by an operator has the next number. */
  async send(kind: MailKind, orderId: string, sending: number): Promise<void> {
    const order = await orderById(this.database, orderId);
    // A late mail must not be stale: it never asks the buyer to pay an order that is paid, cancelled or expired.
    if (mailKindOf(order) !== kind) return;
    const organization = await this.organizations.findFresh(order.organizationId);
    if (isUpstreamError(organization)) throw organization;
    const contacts = organization?.billingContacts ?? [];
    // The job is retried, and listed as stuck, until somebody enters a contact.
    if (organization === undefined || contacts.length === 0)
      throw new Error('hub-core has no billing contact for the organization: enter one there');
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
    const suffix = sending === 1 ? '' : `.${sending}`;
    const messageId = `<${order.number}.${kind}.${recipientHash.slice(0, 16)}${suffix}@self-topup>`;
    // fault point: mail, about to be sent
    await this.mailer.send({ ...mail, to: { name: contact.name, address: contact.email }, messageId });
    // fault point: mail, sent and not noted
    await recordDelivery(this.database, recipient, sending, this.clock.now());
    // fault point: mail, noted and the job not ended
  }
}

/** Returns the kind of e-mail that fits the order's status; undefined if no kind does. */
export function mailKindOf({ status, confirmedAt, paymentUrl }: TopupOrder): MailKind | undefined {
  if (status === 'PENDING_PAYMENT') return paymentUrl === null ? undefined : 'awaiting_payment';
  if (status === 'EXPIRED') return confirmedAt === null ? undefined : 'order_expired';
  if (status === 'PAYMENT_REVIEW') return 'payment_under_review';
  return status === 'COMPLETED' ? 'payment_received' : undefined;
}
