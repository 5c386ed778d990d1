import type { EntityTarget } from 'typeorm';
import { ActionTrailEntry } from '../action-trail/index.ts';
import { AuditRun } from '../audit/index.ts';
import { OrderDocument } from '../documents/index.ts';
import { EventDelivery, EventSubscription } from '../event-delivery/index.ts';
import {
  BookingCorrection,
  OrderMailDelivery,
  OrderReminder,
  RefusedMailAddress,
  UnsentOrderMail,
} from '../fulfilment/index.ts';
import { OrganizationPackage, QuotaLedgerEntry } from '../ledger/index.ts';
import { IdempotencyKey, ReplacedQuote, TopupOrder, TopupOrderEvent, TopupOrderLine } from '../orders/index.ts';
import {
  OrderGiveBack,
  OrderPayment,
  PaymentEvent,
  PaymentExceptionClosing,
  PaymentLookupFailure,
} from '../payments/index.ts';
import { FeatureFlag } from '../platform/flags/store/feature-flag.entity.ts';
import { TopupConfiguration } from '../topup-options/index.ts';

/** The entities of all tables. The drift check compares them with the migrated database. */
export const entities: readonly EntityTarget<object>[] = [
  ActionTrailEntry,
  AuditRun,
  BookingCorrection,
  EventDelivery,
  EventSubscription,
  FeatureFlag,
  IdempotencyKey,
  OrderDocument,
  OrderMailDelivery,
  OrderGiveBack,
  OrderPayment,
  OrderReminder,
  OrganizationPackage,
  PaymentEvent,
  PaymentExceptionClosing,
  PaymentLookupFailure,
  QuotaLedgerEntry,
  RefusedMailAddress,
  ReplacedQuote,
  TopupConfiguration,
  TopupOrder,
  TopupOrderEvent,
  TopupOrderLine,
  UnsentOrderMail,
];
