import type { DataSource } from 'typeorm';
import { auditAgeGauge, auditViolationsGauge } from '../audit/index.ts';
import { refusedAddressGauge, unsentMailGauge } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { orderAgeGauge, orderGauge } from '../orders/index.ts';
import { openPaymentAgeGauge, openPaymentsGauge } from '../payments/index.ts';
import { jobAgeGauge, jobGauge, waitingJobsGauge } from '../platform/jobs/store/job-gauges.ts';
import type { Telemetry } from '../platform/telemetry/telemetry.ts';

/** Registers the gauges that read the database, so that every replica shows the same values. */
export function registerGauges(telemetry: Telemetry, database: DataSource, clock: Clock): void {
  telemetry.gauge(orderGauge(database));
  telemetry.gauge(orderAgeGauge(database, clock));
  telemetry.gauge(jobGauge(database));
  telemetry.gauge(jobAgeGauge(database));
  telemetry.gauge(waitingJobsGauge(database));
  telemetry.gauge(openPaymentsGauge(database));
  telemetry.gauge(openPaymentAgeGauge(database, clock));
  telemetry.gauge(unsentMailGauge(database));
  telemetry.gauge(refusedAddressGauge(database));
  telemetry.gauge(auditViolationsGauge(database));
  telemetry.gauge(auditAgeGauge(database, clock));
}
