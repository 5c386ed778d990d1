import { type Caller, hasAnyScope } from '../../auth/caller.ts';

/**
 * Every limit on what one request may ask for, and why it is what it is (docs/decisions/0035). For scale: the top-up page has
 * 126 tokens, 71 fields and 7 levels, the standard introspection query 186 tokens, 230 fields and 15 levels.
 */

/** Of the query's text: tokens say nothing of a long comment, string or name. */
export const MAX_DOCUMENT_BYTES = 16_384;

/** Counted by Apollo while it parses: parsing is recursive, and goes no deeper than this lets it. */
export const MAX_TOKENS = 1_000;

/** Then validation gives up: nobody reads more, and each repeats a part of the document. */
export const MAX_VALIDATION_ERRORS = 10;

/** Of the document as such, before it is validated. */
export const DOCUMENT_LIMITS = {
  /** One runs, all are validated. */
  operations: 5,
  /** Validation compares them in pairs. */
  fragments: 40,
  /** Levels of fields and inline fragments. The standard introspection query has 15. */
  depth: 15,
  /** Of one operation or fragment, every fragment in the place of its spread. */
  fields: 300,
  /** Among these, `__typename`'s too: they make an answer larger without making it deeper. */
  aliases: 50,
  /** As the answer calls them, in the whole text: validation compares those of the same name in pairs. */
  'fields of one name': 40,
  /** Of one operation: each may ask a neighbour. */
  'root fields': 10,
  /** A mutation does one thing: of several one could fail and another move money. `__typename` is free. */
  'mutation fields': 1,
  directives: 50,
  'directives at one place': 3,
  /** Of one operation. */
  variables: 40,
  /** Lists and objects within each other, in values and in types. */
  'nesting of values': 8,
  /** An alias stands in the answer as often as its field. */
  'length of a name': 128,
} as const;

/** Of the variables' JSON, and of the extensions'. */
export const VALUE_LIMITS = {
  /** Lists and objects within each other. */
  nesting: 8,
  /** Elements of lists and members of objects: 500 references have 1,500. */
  entries: 5_000,
  /** A gateway asks for 250 organizations at once; an order has a handful of items. */
  'elements of a list': 500,
  /** Refusals repeat what was sent. */
  'length of a string': 2_000,
  /** Of all strings and all names of members. */
  characters: 65_536,
} as const;

export const REQUEST_LIMITS = {
  'length of operationName': 128,
  /** References of all `_entities` together. */
  representations: 500,
} as const;

/** Of the operation that is to run, by `@cost`, `@listSize` and its variables. */
interface CostLimits {
  /** Objects of the answer, by their weight. */
  cost: number;
  /** All values of the answer, scalars too. */
  values: number;
}

/** A hundred orders with all that is known of them. */
const OWN: CostLimits = { cost: 3_000, values: 15_000 };

/** 250 organizations with a whole page each. */
const SUPPORT: CostLimits = { cost: 60_000, values: 200_000 };

/** Only support reads more than one organization. */
export function costLimitsOf(caller: Caller | undefined): CostLimits {
  return caller !== undefined && hasAnyScope(caller, ['topup:support']) ? SUPPORT : OWN;
}

/** Longer pages are answered as so long. */
export const LONGEST_PAGE = 100;

/** Of a list whose field says nothing: those of introspection, and of scalars. */
export const UNKNOWN_LIST_SIZE = 5;
