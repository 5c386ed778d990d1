import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { OrganizationSnapshot } from '../clients/hub-core.ts';
import type { Mailer } from '../clients/mailer.ts';
import { isUpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { linesOfOrder, type MailKind, orderById, type TopupOrder } from '../orders/index.ts';
import type { OrganizationsService } from '../organizations/index.ts';
import { OrderMailDelivery } from './store/order-mail-delivery.entity.ts';
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

  /** `sending`: 1 by itself, more when an operator asks for it again. */
  async send(kind: MailKind, orderId: string, sending: number): Promise<void> {
    const order = await orderById(this.database, orderId);
    // A mail that comes late says nothing false: nobody is asked to pay what is paid, cancelled or expired.
    if (mailOfOrder(order) !== kind) return;
    const organization = await this.organizations.findFresh(order.organizationId);
    if (isUpstreamError(organization)) throw organization;
    const contacts = organization?.billingContacts ?? [];
    // Tried again until somebody enters a contact, and listed among the stuck jobs until then.
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
    const deliveries = this.database.getRepository(OrderMailDelivery);
    const recipientHash = createHash('sha256').update(contact.email.toLowerCase()).digest('hex');
    const delivery = { orderId: order.id, kind, recipientHash };
    const sent = await deliveries.findOneBy(delivery);
    if (sent !== null && sent.sending >= sending) return;
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
    await deliveries.upsert({ ...delivery, sending, sentAt: this.clock.now() }, ['orderId', 'kind', 'recipientHash']);
    // fault point: mail, noted and the job not ended
  }
}

/** The e-mail that tells how an order stands; undefined where there is none to send. */
export function mailOfOrder({ status, confirmedAt, paymentUrl }: TopupOrder): MailKind | undefined {
  if (status === 'PENDING_PAYMENT') return paymentUrl === null ? undefined : 'awaiting_payment';
  if (status === 'EXPIRED') return confirmedAt === null ? undefined : 'order_expired';
  if (status === 'PAYMENT_REVIEW') return 'payment_under_review';
  return status === 'COMPLETED' ? 'payment_received' : undefined;
}
