import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../neighbours/caller.ts';
import { HOSTILE_REQUESTS } from './index.ts';
import type { HostileRequest } from './requests.ts';

export interface Refusal {
  request: HostileRequest;
  status: number;
  code: string | undefined;
  ms: number;
}

/** Sends every hostile request once, one after the other, with this pause after each. */
export async function attack(caller: Caller, pauseMs = 0): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  for (const request of HOSTILE_REQUESTS) {
    const { send } = request;
    const { status, body, ms } = await ('body' in send ? caller.post(send.body) : caller.get(send.search));
    if (pauseMs > 0) await sleep(pauseMs);
    const { errors } = JSON.parse(body) as { errors?: { extensions?: { code?: string } }[] };
    refusals.push({ request, status, code: errors?.[0]?.extensions?.code, ms });
  }
  return refusals;
}

/** Throws when a request is not refused as expected. */
export function assertRefused(refusals: readonly Refusal[]): void {
  const others = refusals.filter(({ request, status, code }) => status !== request.status || code !== request.code);
  const names = others.map(({ request, status, code }) => `${request.kind}, ${request.name}: ${status} ${code}`);
  if (names.length > 0) throw new Error(`not refused as expected: ${names.join('; ')}`);
}
