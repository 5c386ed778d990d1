import { json, noContent } from './reply.ts';
import type { RequestLog } from './request-log.ts';
import { jsonBody, type Route } from './route.ts';

interface SettableFaults {
  list(): unknown[];
  /** Validates the list. */
  set(faults: unknown): void | Promise<void>;
}

/** The switches of every neighbour. They need no signature and meet no fault. */
export function controlRoutes(log: RequestLog, faults: SettableFaults): Route[] {
  return [
    {
      method: 'GET',
      path: '/_sandbox/requests',
      handle: () => json(200, { data: log.list(), total: log.count() }),
    },
    {
      method: 'DELETE',
      path: '/_sandbox/requests',
      handle() {
        log.clear();
        return noContent();
      },
    },
    { method: 'GET', path: '/_sandbox/faults', handle: () => json(200, { data: faults.list() }) },
    {
      method: 'PUT',
      path: '/_sandbox/faults',
      async handle(call) {
        await faults.set(jsonBody(call));
        return json(200, { data: faults.list() });
      },
    },
  ];
}
