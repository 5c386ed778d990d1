import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { MailKind } from '../templates/index.ts';
import { OrderMailDelivery } from './order-mail-delivery.entity.ts';
import { forgetRefusals } from './refused-addresses.ts';
import { forgetUnsent } from './unsent-mails.ts';

/** One kind of mail about one order to one address. */
export type Recipient = Pick<OrderMailDelivery, 'orderId' | 'kind' | 'recipientHash'>;

/** Returns the number of the last sending that the mail server accepted; 0 if it accepted none. */
export async function lastSending(database: DataSource, recipient: Recipient): Promise<number> {
  const delivery = await database.getRepository(OrderMailDelivery).findOneBy(recipient);
  return delivery?.sending ?? 0;
}

/** Records that the mail server accepted it: so the address is good, and the mail no longer unsent. */
export async function recordDelivery(
  database: DataSource,
  recipient: Recipient,
  sending: number,
  sentAt: Date,
): Promise<void> {
  const key: (keyof Recipient)[] = ['orderId', 'kind', 'recipientHash'];
  await inTransaction(database, async (tx) => {
    await tx.upsert(OrderMailDelivery, { ...recipient, sending, sentAt }, key);
    await forgetUnsent(tx, recipient);
    await forgetRefusals(tx, recipient.recipientHash);
  });
}

/** Returns the number of the last sending of this kind to any contact; 0 if there was none. */
export async function lastSendingOfKind(tx: EntityManager, orderId: string, kind: MailKind): Promise<number> {
  return (await tx.maximum(OrderMailDelivery, 'sending', { orderId, kind })) ?? 0;
}

/** Returns the deliveries, oldest first. */
export function deliveriesOfOrder(database: DataSource, orderId: string): Promise<OrderMailDelivery[]> {
  return database.getRepository(OrderMailDelivery).find({ where: { orderId }, order: { sentAt: 'ASC' } });
}
