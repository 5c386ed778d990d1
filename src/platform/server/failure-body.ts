export const GRAPH_PATH = '/graphql';

export const isGraph = (url: string) => url.split('?')[0] === GRAPH_PATH;

/** What is said where nobody who knows GraphQL was reached: to the graph's callers in its shape, to all others in REST's. */
export function failureBody(toGraph: boolean, message: string, fault?: { correlationId: string }): object {
  if (!toGraph) return { error: message, ...fault };
  const code = fault === undefined ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR';
  return { errors: [{ message, extensions: { code, ...fault } }] };
}
