import { QueryFailedError } from 'typeorm';

interface PostgresError {
  code?: string;
  constraint?: string;
}

function driverError(error: unknown): PostgresError | undefined {
  return error instanceof QueryFailedError ? (error.driverError as PostgresError) : undefined;
}

/** Whether the named unique constraint refused it: by name, so that no other violation passes for this one. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  const cause = driverError(error);
  return cause?.code === '23505' && cause.constraint === constraint;
}

/** Serialization failure or deadlock: the transaction did nothing and may be run again. */
export function isRetryable(error: unknown): boolean {
  const code = driverError(error)?.code;
  return code === '40001' || code === '40P01';
}
