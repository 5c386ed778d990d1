export const GRAPH_PATH = '/graphql';

export const isGraph = (url: string) => url.split('?')[0] === GRAPH_PATH;

/** The body of an answer that Apollo does not give: in GraphQL's shape for the graph's callers, in REST's for all others. */
export function failureBody(toGraph: boolean, message: string, fault?: { correlationId: string }): object {
  if (!toGraph) return { error: message, ...fault };
  const code = fault === undefined ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR';
  return { errors: [{ message, extensions: { code, ...fault } }] };
}
