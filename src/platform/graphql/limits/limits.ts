import { type Caller, hasAnyScope } from '../../auth/caller.ts';

/**
 * Every limit on one request, with its reason (docs/decisions/0035). For scale: the top-up page has 126 tokens, 71 fields and
 * 7 levels; the standard introspection query has 186 tokens, 230 fields and 15 levels.
 */

/** Limits the query's text, because a long comment, string or name is one token or none. */
export const MAX_DOCUMENT_BYTES = 16_384;

/** Apollo counts tokens while it parses. Parsing is recursive, and this bounds its depth. */
export const MAX_TOKENS = 1_000;

/** Validation gives up at so many: nobody reads more, and each repeats a part of the document. */
export const MAX_VALIDATION_ERRORS = 10;

/** Limits on the document as such, before it is validated. */
export const DOCUMENT_LIMITS = {
  /** Only one runs, but all are validated. */
  operations: 5,
  /** Validation compares them in pairs. */
  fragments: 40,
  /** Levels of fields and inline fragments. The standard introspection query has 15. */
  depth: 15,
  /** In one operation or fragment, with every fragment in the place of its spread. */
  fields: 300,
  /** Aliases of `__typename` count too: they make an answer larger without making it deeper. */
  aliases: 50,
  /** Fields that have one name in the answer, in the whole text: validation compares them in pairs. */
  'fields of one name': 40,
  /** In one operation. Each may call a neighbour. */
  'root fields': 10,
  /** A mutation does one thing: if it did two, one could fail after the other has moved money. `__typename` is free. */
  'mutation fields': 1,
  directives: 50,
  'directives at one place': 3,
  /** In one operation. */
  variables: 40,
  /** Lists and objects within each other, in values and in types. */
  'nesting of values': 8,
  /** An alias stands in the answer as often as its field. */
  'length of a name': 128,
} as const;

/** Limits on the JSON of the variables, and on that of the extensions. */
export const VALUE_LIMITS = {
  /** Lists and objects within each other. */
  nesting: 8,
  /** Elements of lists and members of objects: 500 references have 1,500. */
  entries: 5_000,
  /** A gateway asks for 250 organizations at once; an order has a handful of items. */
  'elements of a list': 500,
  /** Refusals repeat what was sent. */
  'length of a string': 2_000,
  /** In all strings and all names of members together. */
  characters: 65_536,
} as const;

export const REQUEST_LIMITS = {
  'length of operationName': 128,
  /** References in all `_entities` together. */
  representations: 500,
} as const;

/** Limits on the operation that is to run, by `@cost`, `@listSize` and its variables. */
interface CostLimits {
  /** Objects in the answer, by their weight. */
  cost: number;
  /** All values in the answer, scalars too. */
  values: number;
}

/** Enough for a hundred orders with all their fields. */
const OWN: CostLimits = { cost: 3_000, values: 15_000 };

/** Enough for 250 organizations with a whole page each. */
const SUPPORT: CostLimits = { cost: 60_000, values: 200_000 };

/** Only support reads more than one organization. */
export function costLimitsOf(caller: Caller | undefined): CostLimits {
  return caller !== undefined && hasAnyScope(caller, ['topup:support']) ? SUPPORT : OWN;
}

/** A longer page is answered with this many. */
export const LONGEST_PAGE = 100;

/** Assumed for a list without a size: a list of introspection, or of scalars. */
export const UNKNOWN_LIST_SIZE = 5;
