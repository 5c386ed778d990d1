import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { controlRoutes } from './control-routes.ts';
import { createDoorkeeper } from './doorkeeper.ts';
import { createFaults, type FaultKind, type FaultSwitch, HTTP_FAULT_KINDS } from './faults.ts';
import { answerWith, send, type Tampering } from './faulty-answer.ts';
import { type Listener, listen } from './listener.ts';
import { createPauses } from './pauses.ts';
import { loggable, readCall } from './read-call.ts';
import { json, Refusal, type Reply } from './reply.ts';
import { createRequestLog, type LoggedRequest, matches, type RequestFilter } from './request-log.ts';
import { type Call, dispatch, knows, type Route } from './route.ts';

export interface HttpNeighbourDefinition {
  host: string;
  allowedHosts: readonly string[];
  port: number;
  clock: Clock;
  /** The interface for the product, with log, signatures and faults. */
  api: readonly Route[];
  /** Throws a Refusal for a call without a valid signature. */
  authorize?: (call: Call) => void;
  /** Pages for a browser. */
  pages?: readonly Route[];
  /** Routes under /_sandbox/. One at the path of a common switch replaces it. */
  switches?: readonly Route[];
  tampering?: Tampering;
}

/** The controls of an HTTP neighbour for tests. */
export interface HttpNeighbour {
  readonly url: string;
  readonly faults: FaultSwitch;
  /** Returns the newest 1000, oldest first. */
  requests(filter?: RequestFilter): LoggedRequest[];
  requestCount(filter?: RequestFilter): number;
  /** Resolves on arrival, before the answer; at once for a logged request. */
  waitForRequest(filter: RequestFilter, timeoutMs?: number): Promise<LoggedRequest>;
  /** Calls the listener for each request, before the answer: the entry gets its status later. */
  watchRequests(listener: (request: LoggedRequest) => void): void;
  clearRequests(): void;
  refuse(): Promise<void>;
  accept(): Promise<void>;
}

/** The parts that only the sandbox needs. */
export interface RunningNeighbour {
  handle: HttpNeighbour;
  /** Clears faults and log, and listens. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

async function replyOf(work: () => Reply | Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return error.reply();
    return json(500, { error: { code: 'sandbox_bug', message: String(error) } });
  }
}

export async function startHttpNeighbour(definition: HttpNeighbourDefinition): Promise<RunningNeighbour> {
  const { api, authorize, pages = [], switches = [], tampering = {}, clock } = definition;
  const log = createRequestLog(clock);
  const faults = createFaults([...HTTP_FAULT_KINDS, ...(Object.keys(tampering) as FaultKind[])]);
  const pauses = createPauses();
  const admit = createDoorkeeper(definition.allowedHosts);
  const controls = [...switches, ...controlRoutes(log, faults)];

  async function serveApi(call: Call, response: ServerResponse): Promise<void> {
    const entry = log.add(loggable(call));
    const work = () =>
      replyOf(() => {
        authorize?.(call);
        return dispatch(api, call);
      });
    const fault = faults.take(entry);
    if (fault !== undefined) {
      entry.fault = fault.kind;
      entry.status = await answerWith(fault, work, response, { pauses, tampering });
      return;
    }
    const reply = await work();
    entry.status = reply.status;
    send(response, reply);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    admit(request.headers);
    const call = await readCall(request);
    if (call.path.startsWith('/_sandbox/')) return send(response, await replyOf(() => dispatch(controls, call)));
    if (knows(pages, call)) return send(response, await replyOf(() => dispatch(pages, call)));
    return serveApi(call, response);
  }

  const listener: Listener = await listen(
    (request, response) => {
      serve(request, response).catch((error: unknown) => {
        if (error instanceof Refusal) send(response, error.reply());
        else response.destroy();
      });
    },
    definition.host,
    definition.port,
  );
  const refuse = async () => {
    pauses.release();
    await listener.refuse();
  };
  return {
    handle: {
      url: listener.url,
      faults: { list: faults.list, set: faults.set, clear: faults.clear },
      requests: log.list,
      requestCount: log.count,
      waitForRequest: (filter, timeoutMs) => log.arrivals.waitFor((entry) => matches(entry, filter), timeoutMs),
      watchRequests: log.arrivals.watch,
      clearRequests: log.clear,
      refuse,
      accept: listener.accept,
    },
    async reset() {
      faults.clear();
      log.clear();
      await listener.accept();
    },
    async stop() {
      log.arrivals.stop();
      await refuse();
    },
  };
}
