import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

const correlationId = Symbol('correlation id');
const logFields = Symbol('fields of the log line');
type Identified = FastifyRequest & { [correlationId]?: string; [logFields]?: Record<string, unknown> };

const usableId = (header: unknown) =>
  typeof header === 'string' && /^[\w.-]{1,64}$/.test(header) ? header : undefined;

/** Returns the request's `x-correlation-id` if it is usable, otherwise a new one. Every call returns the same id. */
export function correlationIdOf(request: Identified): string {
  request[correlationId] ??= usableId(request.headers['x-correlation-id']) ?? randomUUID();
  return request[correlationId];
}

/** Returns the mutable fields of the request's one log line, beside status and time. */
export function logFieldsOf(request: Identified): Record<string, unknown> {
  request[logFields] ??= { correlationId: correlationIdOf(request) };
  return request[logFields];
}
