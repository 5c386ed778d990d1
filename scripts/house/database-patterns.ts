/** One way to the database, with the form of its calls. A call counts for the first way that it fits. */
export interface Way {
  name: string;
  /** The method's name: `x.find(…)`. */
  method?: RegExp;
  /** The object of the call, as written. Without it any object fits. */
  on?: RegExp;
  /** The name of an imported or exported function that is called without an object: `runQuery(…)`. */
  called?: RegExp;
}

const QUERIES =
  'find|findOne|findBy|findOneBy|findOneOrFail|findOneByOrFail|findAndCount|count|countBy|exists|existsBy';
const CHANGES = 'save|insert|update|upsert|delete|remove|increment|decrement|softDelete';

export const WAYS: readonly Way[] = [
  { name: 'repository', method: /^getRepository$/ },
  {
    name: 'entity manager',
    method: new RegExp(`^(${QUERIES}|${CHANGES})$`),
    on: /^(tx|em|(\w+\.)*(m|entityM)anager)$/,
  },
  { name: 'query builder', method: /^createQueryBuilder$/ },
  { name: 'pool', method: /^query$/, on: /(^|\.|\b)(pool|poolOf\(.*\)|client)$/ },
  { name: 'raw query', method: /^query$/ },
  { name: 'written statement', called: /^(send|sendAll|runQuery|runQueries)$/ },
  { name: 'written statement', method: /^(ask|tell|reads|writes)$/, on: /(database|callers|tenant|connections)\w*$/i },
];

/** The owner of each table: the folders of `src` whose files may name it. */
export const TABLE_OWNERS: Readonly<Record<string, readonly string[]>> = {
  topup_orders: ['orders'],
  topup_order_lines: ['orders'],
  topup_order_events: ['orders'],
  idempotency_keys: ['orders'],
  payment_events: ['payments'],
  payment_exception_closings: ['payments'],
  quota_ledger_entries: ['ledger'],
  organization_packages: ['ledger'],
  topup_configurations: ['topup-options'],
  order_mail_deliveries: ['fulfilment'],
  unsent_order_mails: ['fulfilment'],
  refused_mail_addresses: ['fulfilment'],
  booking_corrections: ['fulfilment'],
  order_payments: ['payments'],
  order_give_backs: ['payments'],
  payment_lookup_failures: ['payments'],
  action_trail: ['action-trail'],
  audit_runs: ['audit'],
  feature_flags: ['platform/flags'],
  job_workers: ['platform/jobs'],
  periodic_tasks: ['platform/jobs'],
  graphile_worker: ['platform/jobs'],
};

/** The folders whose files may name every table. */
export const MAY_NAME_ALL: readonly string[] = ['audit'];
