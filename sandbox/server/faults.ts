import { integer, listOf, object, oneOf, optional, type Shape, text } from '../shape.ts';
import { type LoggedRequest, matches, type RequestFilter } from './request-log.ts';
import { inShape, refuseIfAny } from './route.ts';

/** Faults that any HTTP neighbour can have. */
export const HTTP_FAULT_KINDS = [
  'latency', // answers after latencyMs
  'status', // answers `status` (500) and does no work; 429 and 503 with Retry-After where given
  'reset', // the connection breaks before any work
  'drop-answer', // does the work, then the connection breaks: the answer is lost
  'hang', // never answers
  'slow-drip', // does the work, then answers one byte every 100 ms
  'wrong-content-type', // answers an HTML page, as a proxy in between would; no work
  'truncated-json', // does the work, then answers half of the body
  'wrong-shape', // answers {"data":{"unexpected":true}}; no work
  'huge-body', // answers 10 MB of JSON; no work
  'redirect', // answers 302 to another path; no work
] as const;

/** Faults of Mekari Billing only: the answer is whole, but its price is wrong. */
export const PRICE_FAULT_KINDS = ['wrong-currency', 'negative-price', 'absurd-price', 'fractional-price'] as const;

export type FaultKind = (typeof HTTP_FAULT_KINDS)[number] | (typeof PRICE_FAULT_KINDS)[number];

export interface Fault {
  kind: FaultKind;
  /** Selects the calls; default: all. */
  match?: RequestFilter;
  /** The number of calls; default: unlimited. */
  times?: number;
  /** Milliseconds of delay before the fault, for every kind. */
  latencyMs?: number;
  /** The status of the answer, for kinds that answer. */
  status?: number;
  retryAfterSeconds?: number;
}

export interface FaultSwitch {
  /** Returns the faults with the remaining `times`. */
  list(): Fault[];
  /** Replaces all faults. Throws a Refusal that names the wrong field. */
  set(faults: readonly Fault[]): void;
  clear(): void;
}

export interface FaultQueue extends FaultSwitch {
  set(faults: unknown): void;
  /** Returns the first match and counts its `times` down. A call meets at most one fault. */
  take(request: Pick<LoggedRequest, 'method' | 'path' | 'body'>): Fault | undefined;
}

const filterShape = object<RequestFilter>({ method: optional(text), path: optional(text), body: optional(text) });

function faultShape(kinds: readonly FaultKind[]): Shape<Fault> {
  return object<Fault>({
    kind: oneOf(...kinds),
    match: optional(filterShape),
    times: optional(integer(1)),
    latencyMs: optional(integer(0, 600_000)),
    status: optional(integer(200, 599)),
    retryAfterSeconds: optional(integer(0)),
  });
}

export function createFaults(kinds: readonly FaultKind[]): FaultQueue {
  const shape = listOf(faultShape(kinds), 0);
  let queue: Fault[] = [];
  return {
    list: () => structuredClone(queue),
    set(faults) {
      const checked = inShape(shape, faults);
      refuseIfAny(
        checked.flatMap(({ kind, latencyMs }, index) =>
          kind === 'latency' && latencyMs === undefined
            ? [{ field: `[${index}].latencyMs`, message: 'is required for latency' }]
            : [],
        ),
      );
      queue = structuredClone(checked);
    },
    clear() {
      queue = [];
    },
    take(request) {
      const fault = queue.find(({ match = {} }) => matches(request, match));
      if (fault?.times !== undefined) {
        fault.times -= 1;
        if (fault.times === 0) queue = queue.filter((other) => other !== fault);
      }
      return fault;
    },
  };
}
