import { isId } from '../../../../src/kernel/ids.ts';
import { call, statement } from './statement.ts';

export interface OrderRow {
  id: string;
  number: string;
  organizationId: string;
  status: string;
  topupTotal: bigint;
  excessTotal: bigint;
  total: bigint;
  quoteExpiresAt: Date;
  confirmedAt: Date | null;
  paymentExpiresAt: Date | null;
  paymentUrl: string | null;
  paidAt: Date | null;
  completedAt: Date | null;
  paidInvoiceNumber: string | null;
  createdAt: Date;
}

export interface LineRow {
  id: string;
  orderId: string;
  kind: string;
  quotaCode: string;
  label: string;
  quantity: bigint;
  credits: bigint;
  unitPrice: bigint;
  amount: bigint;
  periodStart: string | null;
  periodEnd: string | null;
}

export interface EventRow {
  orderId: string;
  at: Date;
  from: string | null;
  to: string;
  cause: string;
}

/** Every column of a table, as at 7376654: rows were read whole. Those that are named otherwise than their property. */
const columns = (alias: string, names: readonly (string | readonly [column: string, property: string])[]) =>
  names
    .map((name) => (typeof name === 'string' ? ([name, camelCase(name)] as const) : name))
    .map(([column, property]) => `${alias}.${column} as "${property}"`)
    .join(', ');
const camelCase = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

const ORDER =
  'id number organization_id organization_name status topup_total excess_total total quote_expires_at confirmed_at payment_expires_at payment_invoice_id payment_url payment_checked_at paid_at completed_at paid_invoice_number correlation_id trace_parent created_at';
const LINE =
  'id order_id position kind quota_code label package_id package_code quota_type billing_version_for_pi quantity multiplier credits unit_price amount excess_period period_start period_end';

export const orderColumns = (alias: string) => columns(alias, ORDER.split(' '));

const ORDERS = statement<OrderRow>(`select ${orderColumns('o')} from topup_orders o where o.id = any($1::uuid[])`);
const LINES = statement<LineRow>(
  `select ${columns('l', LINE.split(' '))} from topup_order_lines l where l.order_id = any($1::uuid[]) order by l.position`,
);
const EVENTS = statement<EventRow>(
  `select ${columns('e', ['id', 'order_id', 'at', ['from_status', 'from'], ['to_status', 'to'], 'cause', 'actor', 'reason', 'correlation_id'])}
   from topup_order_events e where e.order_id = any($1::uuid[]) order by e.id`,
);

export const ordersWithIds = (ids: readonly string[]) => call(ORDERS, ids.filter(isId));
export const linesOfOrders = (orderIds: readonly string[]) => call(LINES, orderIds.filter(isId));
export const eventsOfOrders = (orderIds: readonly string[]) => call(EVENTS, orderIds);
