import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** The mutable fields of a request's one log line, beside status and time. */
interface LogFields extends Record<string, unknown> {
  readonly correlationId: string;
}

const logFields = Symbol('fields of the log line');
type Identified = FastifyRequest & { [logFields]?: LogFields };

const usableId = (header: unknown) =>
  typeof header === 'string' && /^[\w.-]{1,64}$/.test(header) ? header : undefined;

/** Returns the same object at every call. */
export function logFieldsOf(request: Identified): LogFields {
  request[logFields] ??= { correlationId: usableId(request.headers['x-correlation-id']) ?? randomUUID() };
  return request[logFields];
}

/** Returns the request's `x-correlation-id` if it is usable, otherwise a new one. Every call returns the same id. */
export const correlationIdOf = (request: Identified): string => logFieldsOf(request).correlationId;
