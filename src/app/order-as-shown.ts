import { type ExecutionResult, execute, type GraphQLSchema, parse } from 'graphql';
import type { DataSource } from 'typeorm';
import { newId } from '../kernel/ids.ts';
import { orderById } from '../orders/index.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import type { Logger } from '../platform/telemetry/logger.ts';

/** Every field of an order that is read from the database alone. */
export const ORDER_IN_EVENTS = `
  fragment Sum on Money { amount currencyCode }
  fragment Person on TopupActor { subject name }
  query OrderInEvents($id: ID!) {
    topupOrder(id: $id) {
      id number purchaseOrderNumber status organization { id }
      topupTotal { ...Sum } excessTotal { ...Sum } taxTotal { ...Sum } total { ...Sum }
      withholding withheldTotal { ...Sum } payable { ...Sum } receivedTotal { ...Sum } outstanding { ...Sum }
      reviewReason quoteExpiresAt paymentUrl paymentExpiresAt createdAt confirmedAt paidAt completedAt changedAt
      paidInvoiceNumber createdBy { ...Person } confirmedBy { ...Person }
      approval { state requestedBy { ...Person } decidedBy { ...Person } reason expiresAt }
      lines {
        id kind code label quantity credits unitPrice { ...Sum } amount { ...Sum } taxBase { ...Sum } tax { ...Sum }
        withheld { ...Sum } periodStart periodEnd
      }
      timeline { at from to kind actor { ...Person } }
      payments { id receivedAt amount { ...Sum } originalAmount originalCurrency method status }
    }
  }`;
const DOCUMENT = parse(ORDER_IN_EVENTS);

interface Parts {
  schema: GraphQLSchema;
  database: DataSource;
  log: Logger;
}

/**
 * Reads an order by the graph itself, as a reader of its organization: what subscribers get and what the graph shows cannot drift apart,
 * and row-level security lets no other organization's rows in.
 */
export function orderAsShown({ schema, database, log }: Parts): (orderId: string) => Promise<object> {
  return async (id) => {
    const { organizationId } = await orderById(database, id);
    const contextValue: RequestContext = {
      caller: { subject: 'events', organizationId, scopes: new Set(['topup:read']) },
      correlationId: newId(),
      startedAt: performance.now(),
      log,
      logFields: {},
    };
    const { data, errors }: ExecutionResult = await execute({
      schema,
      document: DOCUMENT,
      contextValue,
      variableValues: { id },
    });
    const order = data?.['topupOrder'] as object | null | undefined;
    if (errors?.[0] !== undefined) throw errors[0];
    if (!order) throw new Error(`the graph shows no order ${id}`);
    return order;
  };
}
