/** The entries to the read of `topupOptions`. Each entry lists the names, old and new, of one exported class or function. */
export const READ_PATH: readonly (readonly string[])[] = [
  ['createApolloServer'],
  ['createRequestContexts'],
  ['createTokenVerifier'],
  ['createIssuerKeys'],
  ['TopupOptionsResolver'],
  ['TopupOptionsService', 'ListOptions'],
  ['OrganizationsService'],
  ['openFlags'],
  ['TableProvider'],
  ['Prices'],
  ['Catalogue'],
  ['createCachedLookup', 'Cache'],
  ['createSharedEntries', 'createFleet'],
  ['createSharedStore'],
];

/**
 * Files that export one of these, and what only they import, keep nothing of an answer: HTTP and its breaker, the neighbours that
 * a read does not call, the connection to the database, metrics, and timers.
 */
export const NOT_READ_PATH: readonly string[] = [
  'createNeighbour',
  'createBreaker',
  'SilenceBreaker',
  'signedHeaders',
  'createMailer',
  'createMekariPay',
  'createModerator',
  'connectDatabase',
  'MetricsReader',
  'within',
];

/** `new X(…)` of these may be a constant table. It remembers if it is made empty, or if somebody writes to it. */
export const MAYBE_CONSTANT: readonly string[] = ['Map', 'Set'];

/** `new X(…)` of these remembers in any case. */
export const CACHES: readonly string[] = ['WeakMap', 'WeakSet', 'QuickLRU', 'LRUCache'];

/** `new X(…)` of these remembers by reading from it. Functions that return a new one count as making it. */
export const SELF_FILLING: readonly string[] = ['DataLoader', 'Keyv'];

/** These are valid for as long as another object is the same one. */
export const KEYED_BY_OBJECT: readonly string[] = ['WeakMap', 'WeakSet'];

/** Calls that make a value which lives for one request. */
export const PER_REQUEST: readonly string[] = ['perRequest', 'perRequestAndKey'];

/** An object whose class implements this, or whose variable is so named, lives for one request. */
export const REQUEST_TYPES = /RequestContext$/;
export const REQUEST_NAMES = /^(request|context|contextValue)$/;

/** Variables and fields of these types count or measure time, and hold no answer. */
export const PLAIN_TYPES = /^(number|boolean|NodeJS\.Timeout|Timer)$/;

/** Calls that write to a Map, a Set or a cache. */
export const WRITES: readonly string[] = ['set', 'add', 'delete', 'clear'];
