import Negotiator from 'negotiator';

export const GRAPHQL_MEDIA_TYPE = 'application/graphql-response+json; charset=utf-8';
const JSON_MEDIA_TYPE = 'application/json; charset=utf-8';

/** Chooses the media type as Apollo does, so that an answer's status and its type never disagree. */
export function prefersGraphqlResponse(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  return (
    new Negotiator({ headers: { accept } }).mediaType([JSON_MEDIA_TYPE, GRAPHQL_MEDIA_TYPE]) === GRAPHQL_MEDIA_TYPE
  );
}

/** Returns the status of an answer with this error status, by the caller's `Accept`. */
export type ErrorStatus = (status: number, accept: string | undefined) => number;

/**
 * Decides the status of a refused operation, as GraphQL over HTTP does: the error's own under
 * `application/graphql-response+json`, 200 under `application/json`. Gateways replace the errors of an answer whose status is
 * not 200 by INTERNAL_SERVER_ERROR, and some prefer the first media type, so a server behind one always answers 200.
 */
export function createErrorStatus({ isBehindGateway }: { isBehindGateway: boolean }): ErrorStatus {
  return (status, accept) => (isBehindGateway || !prefersGraphqlResponse(accept) ? 200 : status);
}
