import { type Clock, realClock } from '../clock.ts';
import type { Sandbox } from '../index.ts';
import { isObject } from '../json.ts';

export const KINDS = {
  graph: 'Requests',
  call: 'Neighbours',
  webhook: 'Webhooks',
  job: 'Jobs',
  mail: 'Mails',
  log: 'Log',
};
export type Kind = keyof typeof KINDS;

/** One line of the feed. */
export interface Happening {
  kind: Kind;
  title: string;
  detail: string;
  /** Such as a status; empty while a call is in flight. */
  result: string;
  isBad: boolean;
  href?: string;
}

export interface Entry extends Happening {
  id: number;
  at: Date;
}

export interface Happenings {
  /** Takes one line of the product's log. */
  log(line: string): void;
  /** Returns the newest first. */
  list(): Entry[];
  clear(): void;
}

/** Counts for each kind by itself, so that a page that polls pushes no mail out. */
const MAX_ENTRIES = 100;
const WARN_LEVEL = 40;

/** Collects all that neighbours and product report, in the order of arrival, by the real time. */
export function collectHappenings(sandbox: Sandbox, clock: Clock = realClock): Happenings {
  let entries: { id: number; at: Date; kind: Kind; describe: () => Happening }[] = [];
  let last = 0;

  /** Describes the entry at each reading, because a call is logged before its answer. */
  function add(describe: () => Happening): void {
    last += 1;
    const { kind } = describe();
    const alike = entries.filter((entry) => entry.kind === kind);
    const oldest = alike.length < MAX_ENTRIES ? undefined : alike[0];
    entries = [...entries.filter((entry) => entry !== oldest), { id: last, at: clock(), kind, describe }];
  }

  watchCalls(sandbox, add);
  sandbox.mekariPay.watchDeliveries((delivery) => {
    const attempt = delivery.attempts.at(-1);
    const { type, externalId, invoiceId } = delivery;
    const status = attempt?.status ?? null;
    const isBad = status === null || status >= 300;
    const result = status === null ? (attempt?.error ?? 'no answer') : String(status);
    const href = `${sandbox.mekariPay.url}/pay/${invoiceId}`;
    add(() => ({ kind: 'webhook', title: type, detail: externalId, result, isBad, href }));
  });
  sandbox.mail.watchMessages(({ id, subject, to }) =>
    add(() => ({
      kind: 'mail',
      title: subject,
      detail: to.join(', '),
      result: 'arrived',
      isBad: false,
      href: `${sandbox.mail.url}/messages/${id}`,
    })),
  );
  return {
    log(line) {
      const happening = fromLog(line);
      if (happening !== undefined) add(() => happening);
    },
    list: () => entries.map(({ id, at, describe }) => ({ id, at, ...describe() })).reverse(),
    clear() {
      entries = [];
    },
  };
}

function watchCalls(sandbox: Sandbox, add: (describe: () => Happening) => void): void {
  const { hubCore, mekariBilling, mekariPay, moderator } = sandbox;
  const neighbours = {
    'hub-core': hubCore,
    'Mekari Billing': mekariBilling,
    'Mekari Pay': mekariPay,
    Moderator: moderator,
  };
  for (const [name, neighbour] of Object.entries(neighbours)) {
    neighbour.watchRequests((request) =>
      add(() => ({
        kind: 'call',
        title: `${request.method} ${request.path}`,
        detail: request.fault === null ? name : `${name} · ${request.fault}`,
        result: request.status === null ? '' : String(request.status),
        isBad: request.fault !== null || (request.status ?? 0) >= 400,
      })),
    );
  }
}

/** The log is for machines, so a line that is no JSON object, or that nobody misses, is left out. */
function fromLog(line: string): Happening | undefined {
  const entry = parsed(line);
  if (entry === undefined) return undefined;
  const text = (name: string) => String(entry[name] ?? '');
  const isBad = Number(entry['level']) >= WARN_LEVEL || ['warn', 'error', 'fatal'].includes(text('level'));
  if (entry['event'] === 'request') {
    const isFailure = Number(entry['status']) >= 400;
    const result = `${text('status')} · ${text('ms')} ms`;
    const operation = text('operation');
    return {
      kind: 'graph',
      title: operation === '' ? `${text('method')} ${text('path')}` : `${text('operationType')} ${operation}`,
      detail: operation === '' ? '' : `organization ${text('organizationId')}`,
      result,
      isBad: isFailure,
    };
  }
  if (entry['job'] !== undefined)
    return {
      kind: 'job',
      title: text('job'),
      detail: text('reason'),
      result: `${text('event').replace(/^job_/, '').replaceAll('_', ' ')} · attempt ${text('attempt') || '1'}`,
      isBad,
    };
  if (!isBad && entry['event'] !== 'payment_event') return undefined;
  return {
    kind: 'log',
    title: text('event').replaceAll('_', ' '),
    detail: text('reason') || text('order'),
    result: text('outcome'),
    isBad,
  };
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
