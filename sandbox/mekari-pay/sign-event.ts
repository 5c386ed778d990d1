import { randomUUID } from 'node:crypto';
import { webhookHeaders } from '../signing/standard-webhooks.ts';

/** A custom event, such as a forged, stale or malformed one. */
export interface RawEvent {
  /** An object is sent as JSON, a string as it is. */
  body: string | object;
  id?: string;
  /** Seconds since 1970. Default: now. */
  timestamp?: number;
  /** Signs with this secret instead of the sandbox's. */
  secret?: string;
  /** Replaces or adds headers, the signature included. undefined removes a header. */
  headers?: Record<string, string | undefined>;
  url?: string | undefined;
}

/** Builds the body and the signed headers of an event. `now` is the default time of the signature, `secrets` the default secrets. */
export function signEvent(
  event: RawEvent,
  { now, secrets }: { now: Date; secrets: readonly string[] },
): { body: string; headers: Record<string, string> } {
  const body = typeof event.body === 'string' ? event.body : JSON.stringify(event.body);
  const id = event.id ?? `msg_${randomUUID()}`;
  const timestamp = event.timestamp ?? Math.floor(now.getTime() / 1000);
  const signed = webhookHeaders({ id, timestamp, body }, event.secret === undefined ? secrets : [event.secret]);
  const merged = Object.entries({ ...signed, ...event.headers });
  const headers = Object.fromEntries(merged.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  return { body, headers };
}
