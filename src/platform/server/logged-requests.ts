import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../telemetry/logger.ts';
import { logFieldsOf } from './correlation.ts';
import { pathOf } from './failures.ts';
import { PROBES } from './probe-routes.ts';
import type { WithinRequest } from './traced-requests.ts';

/**
 * Logs one line per request, except probes, after the answer. It logs only `percent` of the queries and reads without a fault: those of
 * one correlation id are logged together, on every replica.
 */
export function logRequests(app: FastifyInstance, log: Logger, within: WithinRequest, percent = 100): void {
  // Needs no redaction, because every field is a plain word or number of ours.
  const requestLog = log.child({}, { redact: [] });
  app.addHook('onResponse', (request, reply, done) => {
    const path = pathOf(request);
    const { method } = request;
    const [status, ms] = [reply.statusCode, Math.round(reply.elapsedTime)];
    const fields = logFieldsOf(request);
    const write = () => requestLog.info({ event: 'request', method, path, status, ms, ...fields });
    const isRead = method === 'GET' || fields['operationType'] === 'query';
    const isUsual = isRead && status < 400 && fields['errorCodes'] === undefined;
    const isLeftOut = isUsual && percent < 100 && hundredthOf(fields.correlationId) >= percent;
    if (!PROBES.includes(path) && !isLeftOut) within(request, write);
    done();
  });
}

/** A number from 0 to 99 that an id always has. */
function hundredthOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE() % 100;
}
