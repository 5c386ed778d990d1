import DataLoader from 'dataloader';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import { perRequest, type RequestContext } from '../../platform/server/request-context.ts';
import type { OrderPayment } from '../store/order-payment.entity.ts';
import { paymentsOfOrders } from '../store/order-payments.ts';

/** Loads the payments of the orders of one request in one statement. Keeps nothing, because a mutation may add some. */
export class PaymentsLoader {
  private readonly payments = perRequest(
    (request) =>
      new DataLoader<string, OrderPayment[]>(
        async (orderIds) => {
          const [rows] = await this.database.reads(request, paymentsOfOrders(orderIds));
          const byOrder = Map.groupBy(rows, ({ orderId }) => orderId);
          return orderIds.map((id) => byOrder.get(id) ?? []);
        },
        { cache: false },
      ),
  );

  constructor(private readonly database: TenantDatabase) {}

  /** Returns the steps of the received sum, oldest first. */
  ofOrder(request: RequestContext, orderId: string): Promise<OrderPayment[]> {
    return this.payments(request).load(orderId);
  }
}
