import type { FastifyInstance } from 'fastify';
import type { Logger } from '../telemetry/logger.ts';
import { logFieldsOf } from './correlation.ts';
import { pathOf } from './failures.ts';
import { PROBES } from './probe-routes.ts';
import type { WithinRequest } from './traced-requests.ts';

/** Logs one line for each request but the probes, when its answer is sent. */
export function logRequests(app: FastifyInstance, log: Logger, within: WithinRequest): void {
  // The line holds plain words and numbers of ours: nothing in it needs to be redacted by its name.
  const requestLog = log.child({}, { redact: [] });
  app.addHook('onResponse', (request, reply, done) => {
    const path = pathOf(request);
    const { method } = request;
    const [status, ms] = [reply.statusCode, Math.round(reply.elapsedTime)];
    const write = () => requestLog.info({ event: 'request', method, path, status, ms, ...logFieldsOf(request) });
    if (!PROBES.includes(path)) within(request, write);
    done();
  });
}
