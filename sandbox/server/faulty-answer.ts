import type { ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';
import type { Pauses } from './pauses.ts';
import { html, json, type Reply } from './reply.ts';

const HUGE_BODY_BYTES = 10 * 1024 * 1024;
const DRIP_MS = 100;

/** Alters a whole answer. A neighbour adds its own faults of this kind. */
export type Tampering = Partial<Record<Fault['kind'], (reply: Reply) => Reply>>;

export function send(response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length });
  response.end(body);
}

function standIn(fault: Fault): Reply | undefined {
  const status = fault.status ?? 200;
  switch (fault.kind) {
    case 'status': {
      const retryAfter = fault.retryAfterSeconds;
      const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      return json(fault.status ?? 500, { error: { code: 'fault', message: 'switched on in the sandbox' } }, headers);
    }
    case 'wrong-content-type':
      return html(status, '<!doctype html><title>Gateway</title><h1>Please try again later</h1>');
    case 'wrong-shape':
      return json(status, { data: { unexpected: true } });
    case 'huge-body':
      return json(status, { data: { padding: 'x'.repeat(HUGE_BODY_BYTES) } });
    case 'redirect':
      return { status: fault.status ?? 302, headers: { location: '/redirected' }, body: '' };
    default:
      return undefined;
  }
}

/** Sends half of the body with a matching length: the JSON is truncated, the connection is fine. */
function truncated(reply: Reply): Reply {
  return { ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) };
}

function drip(response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length });
  let sent = 0;
  const timer = setInterval(() => {
    if (sent < body.length) response.write(body.subarray(sent, ++sent));
    else response.end();
  }, DRIP_MS);
  timer.unref();
  response.once('close', () => clearInterval(timer));
}

/**
 * Answers under a fault: waits, breaks the connection, or does the work and spoils the answer. Returns the answered status, or
 * null without an answer. `hang` leaves the socket open; stopping or refusing destroys it.
 */
export async function answerWith(
  fault: Fault,
  work: () => Promise<Reply>,
  response: ServerResponse,
  { pauses, tampering }: { pauses: Pauses; tampering: Tampering },
): Promise<number | null> {
  if (fault.latencyMs !== undefined && !(await pauses.pause(fault.latencyMs))) return null;
  if (fault.kind === 'hang') return null;
  const instead = standIn(fault);
  if (instead !== undefined) {
    send(response, instead);
    return instead.status;
  }
  const reply = fault.kind === 'reset' ? undefined : await work();
  if (reply === undefined || fault.kind === 'drop-answer') {
    response.socket?.resetAndDestroy();
    return null;
  }
  if (fault.kind === 'slow-drip') drip(response, reply);
  else if (fault.kind === 'truncated-json') send(response, truncated(reply));
  else send(response, tampering[fault.kind]?.(reply) ?? reply);
  return reply.status;
}
