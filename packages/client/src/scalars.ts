/** The TypeScript types of the API's scalars on the wire, for a code generator's `scalars` option. */
export const scalars = {
  /** Opaque. */
  ID: 'string',
  /** A whole number as a string of digits: read it with BigInt, never with Number. */
  Decimal: 'string',
  /** A whole number that may be negative, as a string of digits. */
  SignedDecimal: 'string',
  /** An instant in RFC 3339, in UTC. */
  DateTime: 'string',
  /** A calendar date, YYYY-MM-DD. */
  Date: 'string',
  /** An absolute URL. */
  URL: 'string',
} as const;

/** The same for tools that read types, such as gql.tada. A type alias, because such tools ask for an index signature. */
export type Scalars = { [Scalar in keyof typeof scalars]: string };
