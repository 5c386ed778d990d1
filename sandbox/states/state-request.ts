import { isObject } from '../json.ts';
import { inShape } from '../server/route.ts';
import { anything, integer, listOf, object, oneOf, optional, type Shape, text } from '../shape.ts';
import { ORGANIZATION_KINDS } from './organization-kinds.ts';
import { STATES, type State } from './reach-order.ts';

export interface StateRequest {
  /** The order's status, or SUBMITTED; without it there is no order. */
  state?: State | undefined;
  /** A kind, or the id of an organization of hub-core. Default: enrolled; for SUBMITTED with-approval. */
  organization?: string | undefined;
  /** The same name gives the same ids and number after every reset. Default: a new one each time. */
  name?: string | undefined;
  items?: readonly { code: string; quantity: string }[] | undefined;
  timeoutMs?: number | undefined;
}

/** The body of Pact's verifier: state "STATE" or "STATE organization", and our other members as its parameters. */
interface PactRequest extends Omit<StateRequest, 'state'> {
  action?: unknown;
  consumer?: unknown;
  params?: unknown;
  states?: unknown;
  state?: string | undefined;
}

export const LONGEST_MS = 60_000;
const KINDS = Object.keys(ORGANIZATION_KINDS);

const organization: Shape<string> = (value, field, faults) => {
  if (typeof value !== 'string' || !(KINDS.includes(value) || /^\d+$/.test(value)))
    faults.push({ field, message: `must be the id of an organization, or one of ${KINDS.join(', ')}` });
  return value as string;
};

const stateShape = object<StateRequest>({
  state: optional(oneOf(...STATES)),
  organization: optional(organization),
  name: optional(text),
  items: optional(listOf(object<{ code: string; quantity: string }>({ code: text, quantity: text }), 1)),
  timeoutMs: optional(integer(1, LONGEST_MS)),
});

const envelopeShape = object<PactRequest>({
  action: anything,
  consumer: anything,
  params: anything,
  states: anything,
  state: optional(text),
  organization: anything as Shape<string | undefined>,
  name: anything as Shape<string | undefined>,
  items: anything as Shape<StateRequest['items']>,
  timeoutMs: anything as Shape<number | undefined>,
});

/** Returns undefined for a teardown: states need none. Throws a Refusal (422) that names every wrong field. */
export function stateRequest(body: unknown): StateRequest | undefined {
  const { action, consumer: _, states: __, params, state = '', ...own } = inShape(envelopeShape, body ?? {});
  if (action === 'teardown') return undefined;
  const [status, kind] = isOrganization(state) ? [undefined, state] : state.split(' ', 2);
  const named = { ...(status && { state: status }), ...(kind && { organization: kind }) };
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return inShape(stateShape, { ...named, ...given, ...(isObject(params) && params) });
}

const isOrganization = (text: string) => KINDS.includes(text) || /^\d+$/.test(text);
