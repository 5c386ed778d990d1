import { QueryFailedError } from 'typeorm';

interface PostgresError {
  code?: string;
  constraint?: string;
}

function driverError(error: unknown): PostgresError | undefined {
  return error instanceof QueryFailedError ? (error.driverError as PostgresError) : undefined;
}

/**
 * Returns true if the named unique constraint refused the statement. Compares the name, so that no other violation
 * passes for it.
 */
export function violatesUnique(error: unknown, constraint: string): boolean {
  const cause = driverError(error);
  return cause?.code === '23505' && cause.constraint === constraint;
}

/** Returns true for a serialization failure or a deadlock: the transaction was rolled back and may be retried. */
export function isRetryable(error: unknown): boolean {
  const code = driverError(error)?.code;
  return code === '40001' || code === '40P01';
}

/**
 * Returns true if a statement waited too long: for a lock (55P03), or up to its own limit or an operator's cancel (57014). The
 * transaction was rolled back, and a repeat may succeed.
 */
export function isTimedOut(error: unknown): boolean {
  const code = driverError(error)?.code;
  return code === '55P03' || code === '57014';
}

/** Returns true if the server takes no writes: a standby, a demoted primary, or one that was set to read-only. */
export function isReadOnly(error: unknown): boolean {
  return driverError(error)?.code === '25006';
}
