import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import type { DataSource } from 'typeorm';
import type { BillingContact, OrganizationSnapshot } from '../clients/hub-core.ts';
import type { Mailer } from '../clients/mailer.ts';
import { isUpstreamError, type UpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { orderById, type TopupOrder } from '../orders/index.ts';
import type { OrganizationsService } from '../organizations/index.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { changesToldBy, FITS } from './mail-fits.ts';
import { factsOfMail, type OrderFactsOfMail } from './mail-model.ts';
import type { ReadMailMoney } from './mail-money.ts';
import { lastSending, recordDelivery } from './store/mail-deliveries.ts';
import { countRefusal, isSuppressed, REFUSALS_TO_SUPPRESS } from './store/refused-addresses.ts';
import { forgetUnsent, recordUnsent } from './store/unsent-mails.ts';
import type { UnsentStatus } from './store/unsent-order-mail.entity.ts';
import { type MailKind, renderOrderMail, toMailLocale } from './templates/index.ts';

/** A mail that the server defers for longer is given up: an operator sees it, and may retry it. */
const LONGEST_DEFERRAL_MS = 24 * 60 * 60 * 1000;
/** A slow contact does not delay the others. */
const CONTACTS_AT_ONCE = 4;

export interface OrderMail {
  kind: MailKind;
  orderId: string;
  /** 1 for the order's own mail; each further one of its kind has the next number. */
  sending: number;
  /** The number of changes of the received sum that it tells of; undefined if it tells of them as they are. */
  changes: number | undefined;
  enqueuedAt: Date;
}

/**
 * Sends one e-mail about an order to each billing contact, in the contact's language, from the facts of that moment. Each contact's
 * delivery is recorded on its own: a retry skips contacts that already have it. A crash between the mail server's answer and our
 * record can send it twice: both copies carry the same Message-ID, by which mailboxes recognize a repeat.
 *
 * A failure is thrown if a retry may heal it. Otherwise the mail is recorded as unsent, and the job ends.
 */
export class SendOrderMail {
  constructor(
    private readonly database: DataSource,
    private readonly organizations: OrganizationsService,
    private readonly mailer: Mailer,
    private readonly readMoney: ReadMailMoney,
    private readonly clock: Clock,
    private readonly log: Logger,
    /** The page to which buyers return from the payment page: each mail links to its order there. */
    private readonly returnUrl: string,
  ) {}

  async send(mail: OrderMail, stopping: AbortSignal): Promise<void> {
    const { kind, orderId } = mail;
    const money = await this.readMoney(await orderById(this.database, orderId));
    // Read after its money: a mail may tell an older sum, which its successor corrects, but never one of another state.
    const order = await orderById(this.database, orderId);
    if (!FITS[kind](order)) return forgetUnsent(this.database.manager, { orderId, kind });
    // The change that came after it has a mail of its own, to each contact.
    if (mail.changes !== undefined && mail.changes < changesToldBy(kind, money)) return;
    const facts = await factsOfMail(this.database, order, money, {
      now: this.clock.now(),
      returnUrl: this.returnUrl,
    });
    const organization = await this.organizations.findFresh(order.organizationId);
    if (isUpstreamError(organization)) throw organization;
    const { contacts, unreadable } = organization?.billing ?? { contacts: [], unreadable: 0 };
    const about = { organizationId: order.organizationId, orderNumber: order.number };
    if (unreadable > 0) this.log.warn({ event: 'contact_unreadable', ...about, contacts: unreadable });
    if (organization === undefined || contacts.length === 0) {
      this.log.warn({ event: 'mail_without_contact', ...about, kind });
      return this.endUnsent('NO_CONTACT', order, mail, { recipientHash: '', hint: '' }, null);
    }
    await forgetUnsent(this.database.manager, { orderId, kind, recipientHash: '' });
    const limit = pLimit(CONTACTS_AT_ONCE);
    const endings = await Promise.allSettled(
      contacts.map((contact) => limit(() => this.sendTo(contact, mail, { order, organization, facts, stopping }))),
    );
    const failure = endings.find((ending) => ending.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  private async sendTo(
    contact: BillingContact,
    mail: OrderMail,
    about: { order: TopupOrder; organization: OrganizationSnapshot; facts: OrderFactsOfMail; stopping: AbortSignal },
  ): Promise<void> {
    const { order, organization, facts, stopping } = about;
    const { kind, sending } = mail;
    const recipientHash = createHash('sha256').update(contact.email.toLowerCase()).digest('hex');
    const recipient = { orderId: order.id, kind, recipientHash };
    if ((await lastSending(this.database, recipient)) >= sending) return;
    const address = { recipientHash, hint: hintOf(contact.email) };
    if (await isSuppressed(this.database, recipientHash))
      return this.endUnsent('SUPPRESSED', order, mail, address, null);
    const rendered = renderOrderMail(kind, toMailLocale(contact.locale), {
      ...facts,
      organizationName: organization.name,
      recipientName: contact.name,
    });
    const suffix = sending === 1 ? '' : `.${sending}`;
    const id = `${order.number}.${kind}.${recipientHash.slice(0, 16)}${suffix}`;
    // It was read before hub-core was asked: a payment may have come since, and nobody who has paid is reminded.
    if (kind === 'payment_reminder' && !(await this.isDue(order.id)))
      return forgetUnsent(this.database.manager, recipient);
    // fault point: mail, about to be sent
    try {
      await this.mailer.send({ ...rendered, to: { name: contact.name, address: contact.email }, id }, stopping);
    } catch (error) {
      if (!isUpstreamError(error)) throw error;
      return this.endOrRetry(error, order, mail, address);
    }
    // fault point: mail, sent and not noted
    await recordDelivery(this.database, recipient, sending, this.clock.now());
    // fault point: mail, noted and the job not ended
  }

  private async isDue(orderId: string): Promise<boolean> {
    const order = await orderById(this.database, orderId);
    const { paymentExpiresAt: deadline } = order;
    return FITS.payment_reminder(order) && deadline !== null && deadline > this.clock.now();
  }

  /** Throws the error if the mail is to be tried again. */
  private async endOrRetry(error: UpstreamError, order: TopupOrder, mail: OrderMail, address: Address): Promise<void> {
    const { reason, status = 0 } = error;
    const { organizationId } = order;
    const now = this.clock.now();
    if (error.kind === 'rejected') {
      const { recipientHash: addressHash, hint } = address;
      const refusal = { addressHash, organizationId, hint, reason, refusedAt: now };
      const refusals = await countRefusal(this.database, refusal);
      if (refusals < REFUSALS_TO_SUPPRESS) throw error;
      this.log.warn({ event: 'mail_address_suppressed', organizationId, address: addressHash.slice(0, 12), reason });
      return this.endUnsent('SUPPRESSED', order, mail, address, reason);
    }
    const isDeferred = status >= 400 && status < 500;
    if (!isDeferred || now.getTime() - mail.enqueuedAt.getTime() < LONGEST_DEFERRAL_MS) throw error;
    this.log.warn({ event: 'mail_given_up', organizationId, orderNumber: order.number, kind: mail.kind, reason });
    return this.endUnsent('GIVEN_UP', order, mail, address, reason);
  }

  private async endUnsent(
    status: UnsentStatus,
    { id: orderId, organizationId }: TopupOrder,
    { kind, sending }: OrderMail,
    address: Address,
    reason: string | null,
  ): Promise<void> {
    const notedAt = this.clock.now();
    await recordUnsent(this.database, { orderId, organizationId, kind, sending, ...address, status, reason, notedAt });
  }
}

interface Address {
  recipientHash: string;
  hint: string;
}

const hintOf = (address: string) => `${address.slice(0, 1)}***${address.slice(address.lastIndexOf('@'))}`;
