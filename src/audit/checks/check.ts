import type { Sql } from '../../platform/database/sql.ts';

/** An invariant of domain.md 8 to 10. */
export interface Check {
  name: string;
  /** Explains a violation to operators. */
  meaning: string;
  /**
   * Yields the violations: `subject` is an order's number if there is one, `detail` gives the actual and the expected
   * value.
   */
  sql: (now: Date) => Sql;
  /**
   * The scope in an audit of changes (changes.ts): the changed orders; the counters of their organizations; or
   * everything, for a query that reads by an index, and open orders only.
   */
  ofChanges: 'orders' | 'counters' | 'everything';
}
