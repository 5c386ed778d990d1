import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { OrganizationSnapshot } from '../clients/hub-core.ts';
import type { Mailer } from '../clients/mailer.ts';
import { isUpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { linesOfOrder, type MailKind, orderById, type TopupOrder } from '../orders/index.ts';
import type { OrganizationsService } from '../organizations/index.ts';
import { OrderMailDelivery } from './order-mail-delivery.entity.ts';
import { renderOrderMail, toMailLocale } from './templates/index.ts';

type Contact = OrganizationSnapshot['billingContacts'][number];

/**
 * One e-mail about an order to each billing contact, in the contact's language. A contact that got it does not get it again
 * when the job is repeated for another's sake. A crash between the mail server's answer and our note of it can send one
 * twice: it then carries the same Message-ID, by which mailboxes tell.
 */
export class SendOrderMail {
  constructor(
    private readonly database: DataSource,
    private readonly organizations: OrganizationsService,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  async send(kind: MailKind, orderId: string): Promise<void> {
    const order = await orderById(this.database, orderId);
    if (isOutdated(kind, order)) return;
    const organization = await this.organizations.findFresh(order.organizationId);
    if (isUpstreamError(organization)) throw organization;
    const contacts = organization?.billingContacts ?? [];
    // Tried again until somebody enters a contact, and listed among the stuck jobs until then.
    if (organization === undefined || contacts.length === 0)
      throw new Error('hub-core has no billing contact to write to');
    const failures: unknown[] = [];
    for (const contact of new Map(contacts.map((contact) => [contact.email, contact])).values()) {
      await this.sendTo(contact, kind, order, organization).catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  private async sendTo(contact: Contact, kind: MailKind, order: TopupOrder, organization: OrganizationSnapshot) {
    const deliveries = this.database.getRepository(OrderMailDelivery);
    const recipientHash = createHash('sha256').update(contact.email.toLowerCase()).digest('hex');
    const delivery = { orderId: order.id, kind, recipientHash };
    if (await deliveries.existsBy(delivery)) return;
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
    const messageId = `<${order.number}.${kind}.${recipientHash.slice(0, 16)}@self-topup>`;
    await this.mailer.send({ ...mail, to: { name: contact.name, address: contact.email }, messageId });
    await deliveries.upsert({ ...delivery, sentAt: this.clock.now() }, ['orderId', 'kind', 'recipientHash']);
  }
}

/** A mail that came late says nothing false: nobody is asked to pay what is paid, cancelled or expired. */
function isOutdated(kind: MailKind, order: TopupOrder): boolean {
  if (kind === 'awaiting_payment') return order.status !== 'PENDING_PAYMENT';
  if (kind === 'order_expired') return order.status !== 'EXPIRED';
  if (kind === 'payment_under_review') return order.status !== 'PAYMENT_REVIEW';
  return false;
}
