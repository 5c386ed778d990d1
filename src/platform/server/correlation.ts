import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

const correlationId = Symbol('correlation id');
const logFields = Symbol('fields of the log line');
type Identified = FastifyRequest & { [correlationId]?: string; [logFields]?: Record<string, unknown> };

const usableId = (given: unknown) => (typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : undefined);

/** The request's own `x-correlation-id` if it is usable, otherwise a new one. Each request keeps its id. */
export function correlationIdOf(request: Identified): string {
  request[correlationId] ??= usableId(request.headers['x-correlation-id']) ?? randomUUID();
  return request[correlationId];
}

/** The fields of the request's one log line, beside status and time. */
export function logFieldsOf(request: Identified): Record<string, unknown> {
  request[logFields] ??= { correlationId: correlationIdOf(request) };
  return request[logFields];
}
