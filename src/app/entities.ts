import type { EntityTarget } from 'typeorm';
import { ActionTrailEntry } from '../action-trail/index.ts';
import { AuditRun } from '../audit/index.ts';
import { BookingCorrection, OrderMailDelivery, RefusedMailAddress, UnsentOrderMail } from '../fulfilment/index.ts';
import { OrganizationPackage, QuotaLedgerEntry } from '../ledger/index.ts';
import { IdempotencyKey, TopupOrder, TopupOrderEvent, TopupOrderLine } from '../orders/index.ts';
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
  FeatureFlag,
  IdempotencyKey,
  OrderMailDelivery,
  OrderGiveBack,
  OrderPayment,
  OrganizationPackage,
  PaymentEvent,
  PaymentExceptionClosing,
  PaymentLookupFailure,
  QuotaLedgerEntry,
  RefusedMailAddress,
  TopupConfiguration,
  TopupOrder,
  TopupOrderEvent,
  TopupOrderLine,
  UnsentOrderMail,
];
