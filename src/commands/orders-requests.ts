import type { CodeChange } from '../fulfilment/index.ts';
import type { Signed } from '../operators/index.ts';
import type { OrderStatus } from '../orders/index.ts';
import type { Sums } from '../payments/index.ts';

interface Common {
  isJson: boolean;
}

/** A decision about the money of an order. A dry run changes nothing, so it is neither signed nor recorded in the trail. */
interface MoneyRequest extends Common {
  number: string;
  /** The sums that the operator saw; undefined if none is named. */
  received: Sums | undefined;
  isDryRun: boolean;
  by: Signed;
}
export type ApproveCommand = MoneyRequest & { verb: 'approve' };
export type RefundCommand = MoneyRequest & { verb: 'refund'; takeBack: ReadonlyMap<string, bigint> };
export type GiveBackCommand = Omit<MoneyRequest, 'received'> & {
  verb: 'given-back';
  sum: { amount: string; currency: string };
  reference: string;
  givenOn: string | undefined;
  channel: 'PROVIDER' | 'TRANSFER';
};

/** The withholding slip of an order. An undefined value stays as it is recorded. */
export interface SlipCommand extends Common {
  verb: 'slip';
  number: string;
  slipNumber: string;
  taxInvoiceNumber: string | undefined;
  date: string | undefined;
  isDryRun: boolean;
  by: Signed;
}

/** Other package codes for the booking of an order, or the PI under which accounting booked it by hand. */
export type RebookCommand = Common & { verb: 'rebook'; number: string; by: Signed } & (
    | { changes: readonly CodeChange[] }
    | { piNumber: string }
  );

/** A request that changes something is signed. */
export type OrdersDecision =
  | ApproveCommand
  | RefundCommand
  | GiveBackCommand
  | RebookCommand
  | SlipCommand
  | (Common & { verb: 'cancel'; number: string; by: Signed })
  | (Common & { verb: 'retry'; number: string; mail: boolean; by: Signed })
  | (Common & { verb: 'close'; id: string; by: Signed });

/** Settles what the provider received, so it enters the action trail, under the logged-in user unless one is named. */
export interface ReconcileCommand extends Common {
  verb: 'reconcile';
  since: Date;
  isDryRun: boolean;
  actor: string | undefined;
}

/** The slips that are awaited, printed while they are read. */
export interface SlipsQuestion extends Common {
  verb: 'slips';
  organizationId: string | undefined;
  isCsv: boolean;
}

/** The money of a month of Jakarta, printed while it is read. */
export interface ReportQuestion extends Common {
  verb: 'report';
  month: string;
}

export type OrdersQuestion = Common &
  (
    | { verb: 'list'; statuses: readonly OrderStatus[]; organizationId: string | undefined; limit: number }
    | { verb: 'show'; number: string }
    | { verb: 'exceptions' }
  );

export type OrdersRequest = OrdersQuestion | OrdersDecision | ReconcileCommand | SlipsQuestion | ReportQuestion;

/** Carries a request out. */
export type Carry = (request: OrdersRequest) => void | Promise<void>;
