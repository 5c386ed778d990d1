import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';

/** A technical failure: a top-level error, or no answer. */
export interface Problem {
  message: string;
  /** Absent without an answer. */
  code?: string;
  /** The reference for support, which the service's log has too. */
  correlationId?: string;
}

type Reported = { message: string; extensions?: Record<string, unknown> };

export function problemsOf(error: unknown): Problem[] {
  if (error === undefined || error === null) return [];
  if (CombinedGraphQLErrors.is(error)) return distinct(error.errors.map(problemOf));
  if (ServerError.is(error)) return serverProblems(error);
  return [{ message: error instanceof Error ? error.message : String(error) }];
}

function problemOf({ message, extensions }: Reported): Problem {
  return { message, code: textOf(extensions?.['code']), correlationId: textOf(extensions?.['correlationId']) };
}

/** An answer with an HTTP error may still be a GraphQL one. */
function serverProblems(error: ServerError): Problem[] {
  try {
    const { errors } = JSON.parse(error.bodyText) as { errors?: Reported[] };
    if (Array.isArray(errors) && errors.length > 0) return distinct(errors.map(problemOf));
  } catch {
    // The body is not JSON, so only the status is left.
  }
  return [{ message: `HTTP ${error.statusCode}`, code: String(error.statusCode) }];
}

/** Returns the same failure of several fields once. */
function distinct(problems: Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
