import type { RequestContext } from '../server/request-context.ts';

/** The context of a request that is answered by a stream. */
export interface StreamContext extends RequestContext {
  onClosed(listener: () => void): () => void;
  /** Verifies the token again, for the next value, which is read afresh. Rejects with UNAUTHENTICATED. */
  renew(): Promise<RequestContext>;
}

/** A value of a stream, with the context in which it was read and its fields are read. */
export interface StreamedValue {
  value: unknown;
  context: RequestContext;
}

/** Opens the values of a subscription. A failure ends the stream with its error. */
export type Subscribe = (
  source: unknown,
  args: Record<string, unknown>,
  context: StreamContext,
) => AsyncGenerator<StreamedValue>;

/**
 * Options of a subscription in its decorator. TypeGraphQL calls `subscribe` without the resolver's instance, so buildSubgraph puts
 * the function of SubgraphParts in its place.
 */
export const SUBSCRIBED_BY_PARTS = {
  subscribe(): never {
    throw new Error('The parts of the subgraph have no such subscription.');
  },
};

/** TypeGraphQL demands it. No subscription of ours has a topic. */
export const NO_TOPICS = { publish: () => undefined, subscribe: SUBSCRIBED_BY_PARTS.subscribe };
