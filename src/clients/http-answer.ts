import type { z } from 'zod';
import { parseJson } from '../kernel/json.ts';
import { UpstreamError } from './upstream-error.ts';

export interface Expected<S extends z.ZodType> {
  /** Statuses whose body is the answer; 2xx by default. */
  accept?: readonly number[];
  /** The status says everything: a body may be missing, and the schema then parses undefined. */
  mayBeEmpty?: boolean;
  schema: S;
}

/** Throws UpstreamError; its reason never contains a part of the body. */
export function readAnswer<S extends z.ZodType>(
  neighbour: string,
  { accept, mayBeEmpty = false, schema }: Expected<S>,
  { statusCode: status, body }: { statusCode: number; body: string },
): z.output<S> {
  const isAccepted = accept?.includes(status) ?? (status >= 200 && status < 300);
  if (!isAccepted) throw new UpstreamError(neighbour, kindOf(status), `it answered ${status}`, status);
  const malformed = (reason: string) => new UpstreamError(neighbour, 'malformed', reason, status);
  let json: unknown;
  try {
    json = mayBeEmpty && body === '' ? undefined : parseJson(body);
  } catch {
    throw malformed('the answer is not JSON');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw malformed(`${issue?.path.join('.')}: ${issue?.message}`);
}

function kindOf(status: number): UpstreamError['kind'] {
  if (status >= 500 || status === 429 || status === 408) return 'unavailable';
  return status >= 400 ? 'rejected' : 'malformed';
}
