import { type Caller, hasAnyScope } from '../../auth/caller.ts';

/**
 * Lists every limit on one request, with its reason (docs/decisions/0035). For scale: the top-up page has 126 tokens, 71 fields
 * and 7 levels; the standard introspection query has 186 tokens, 230 fields and 15 levels.
 */

/** Limits the query's text in bytes, because a long comment, string or name is at most one token. */
export const MAX_DOCUMENT_BYTES = 16_384;

/** Bounds the depth of the recursive parser. Apollo counts tokens while it parses. */
export const MAX_TOKENS = 1_000;

/** Validation stops at this many errors: nobody reads more, and each repeats a part of the document. */
export const MAX_VALIDATION_ERRORS = 10;

/** Limits on the document itself, checked before validation. */
export const DOCUMENT_LIMITS = {
  /** Only one operation runs, but validation visits all of them. */
  operations: 5,
  /** Validation compares fragments in pairs. */
  fragments: 40,
  /** Levels of fields and inline fragments. The standard introspection query has 15. */
  depth: 15,
  /** Fields of one operation or fragment, with every spread expanded. */
  fields: 300,
  /** Aliases of `__typename` count too: they make an answer larger without making it deeper. */
  aliases: 50,
  /**
   * Fields of the whole document that share a response name: validation compares them in pairs. Clients with a cache add `__typename` to
   * each selection, which makes 47 in a mutation of the client package.
   */
  'fields of one name': 60,
  /** Root fields of one operation. Each may call a neighbour. */
  'root fields': 10,
  /** With two, the second could fail after the first has moved money. `__typename` does not count. */
  'mutation fields': 1,
  directives: 50,
  'directives at one place': 3,
  /** Variables of one operation. */
  variables: 40,
  /** Levels of lists and objects, in values and in types. */
  'nesting of values': 8,
  /** The answer repeats an alias once per object. */
  'length of a name': 128,
} as const;

/** Limits on the JSON of the variables, and on that of the extensions. */
export const VALUE_LIMITS = {
  /** Levels of lists and objects. */
  nesting: 8,
  /** Elements of lists and members of objects: 500 references have 1,500. */
  entries: 5_000,
  /** A gateway may send more references than are answered (REQUEST_LIMITS); an order has a handful of items. */
  'elements of a list': 1_500,
  /** Refusals quote the value. */
  'length of a string': 2_000,
  /** The sum over all strings and member names. */
  characters: 65_536,
} as const;

export const REQUEST_LIMITS = {
  'length of operationName': 128,
  /** References that are answered in all `_entities` fields together. Of one longer list, the first ones are. */
  representations: 500,
} as const;

/** Limits on the operation that runs, by `@cost`, `@listSize` and its variables. */
interface CostLimits {
  /** The summed weight of the objects in the answer. */
  cost: number;
  /** The number of values in the answer, scalars included. */
  values: number;
}

/** Allows a gateway 200 orders with all their fields; a page has at most a hundred. */
const OWN: CostLimits = { cost: 6_000, values: 30_000 };

/** Allows 250 organizations with a whole page each. */
const SUPPORT: CostLimits = { cost: 60_000, values: 200_000 };

/** Only support reads more than one organization. */
export function costLimitsOf(caller: Caller | undefined): CostLimits {
  return caller !== undefined && hasAnyScope(caller, ['topup:support']) ? SUPPORT : OWN;
}

/** A request for a longer page gets a page of this length. */
export const LONGEST_PAGE = 100;

/** The length assumed for a list without a size: a list of introspection, or of scalars. */
export const UNKNOWN_LIST_SIZE = 5;
