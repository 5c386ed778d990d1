import type { Sql } from '../../platform/database/sql.ts';

/** An invariant of domain.md 8 to 10. */
export interface Check {
  name: string;
  /** For operators: what a violation means. */
  meaning: string;
  /** Yields the violations: `subject` is an order's number where there is one, `detail` says what is and what should be. */
  sql: (now: Date) => Sql;
  /**
   * The part of it that an audit of changes reads (changes.ts): orders that changed; counters of their organizations;
   * everything, where the query reads by an index, and reads open orders alone.
   */
  ofChanges: 'orders' | 'counters' | 'everything';
}
