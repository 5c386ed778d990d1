import type { DataSource } from 'typeorm';
import { auditAgeGauge, auditViolationsGauge } from '../audit/index.ts';
import { eventDelayGauge, eventSubscriptionsGauge } from '../event-delivery/index.ts';
import { refusedAddressGauge, unsentMailGauge } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { orderAgeGauge, orderGauge } from '../orders/index.ts';
import { openPaymentAgeGauge, openPaymentsGauge } from '../payments/index.ts';
import { jobAgeGauge, jobGauge, waitingJobsGauge } from '../platform/jobs/store/job-gauges.ts';
import type { Gauge, Telemetry } from '../platform/telemetry/telemetry.ts';

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
  telemetry.gauge(eventSubscriptionsGauge(database));
  telemetry.gauge(eventDelayGauge(database));
  telemetry.gauge(auditViolationsGauge(database));
  telemetry.gauge(auditAgeGauge(database, clock));
}

/** A gauge that counts in this process alone, unlike the others. */
export const waitingGauge = (waiters: { size: number }, streams: { size: number }): Gauge => ({
  name: 'waiting_requests',
  description: 'Requests of this process that wait for a change of an order, and open subscriptions',
  label: 'for',
  read: async () =>
    new Map([
      ['order', waiters.size - streams.size],
      ['subscription', streams.size],
    ]),
});
