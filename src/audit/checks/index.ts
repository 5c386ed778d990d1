import type { Check } from './check.ts';
import { jobsChecks } from './jobs.ts';
import { ledgerChecks } from './ledger.ts';
import { ordersChecks } from './orders.ts';
import { paymentsChecks } from './payments.ts';

export type { Check };

/** Every invariant, as SQL over the whole database. */
export const CHECKS: readonly Check[] = [...ledgerChecks, ...ordersChecks, ...paymentsChecks, ...jobsChecks];
