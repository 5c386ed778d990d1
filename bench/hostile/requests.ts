/** One request that must be refused, and the expected refusal. */
export interface HostileRequest {
  /** The limit that the request attacks. */
  kind: string;
  name: string;
  /** The content for /graphql: the body of a POST, or the query string of a GET. */
  send: { body: string } | { search: string };
  status: number;
  /** undefined: the server refuses it before GraphQL, in another form. */
  code: string | undefined;
}

/** Builds requests of one kind from their common parts. */
export type Hostile = Omit<HostileRequest, 'kind'>;

export const times = (count: number, part: (index: number) => string, between = ' ') =>
  Array.from({ length: count }, (_, index) => part(index)).join(between);

/** Nests text within itself: `{ a { a { b } } }`. */
export const nested = (levels: number, open: string, inner: string, close: string) =>
  `${open.repeat(levels)}${inner}${close.repeat(levels)}`;

function post(name: string, code: string, request: object): Hostile {
  return { name, send: { body: JSON.stringify(request) }, status: 400, code };
}

export const unparsed = (name: string, query: string) => post(name, 'GRAPHQL_PARSE_FAILED', { query });

export const invalid = (name: string, query: string, variables?: object) =>
  post(name, 'GRAPHQL_VALIDATION_FAILED', { query, variables });

export const badInput = (name: string, request: { query: string; [member: string]: unknown }) =>
  post(name, 'BAD_USER_INPUT', request);

export const badBody = (name: string, body: string, status = 400, code: string | undefined = undefined): Hostile => ({
  name,
  send: { body },
  status,
  code,
});
