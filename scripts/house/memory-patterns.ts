/** The entries to the read of `topupOptions`. Each entry lists the names, old and new, of one exported class or function. */
export const READ_PATH: readonly (readonly string[])[] = [
  ['createApolloServer'],
  ['createRequestContexts', 'createAuthenticate'],
  ['createTokenVerifier'],
  ['createIssuerKeys'],
  ['TopupOptionsResolver'],
  ['TopupOptionsService', 'ListOptions'],
  ['EvaluateOptions'],
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
 * Files that export one of these store nothing of an answer: HTTP and its breaker, the neighbours that a read does not call, the
 * database connection, metrics, and timers. Their imports are not followed.
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

/** `new X(…)` of these may be a constant table. It remembers if it starts empty, or if something writes to it. */
export const MAYBE_CONSTANT: readonly string[] = ['Map', 'Set'];

/** `new X(…)` of these remembers in any case. */
export const CACHES: readonly string[] = ['WeakMap', 'WeakSet', 'QuickLRU', 'LRUCache'];

/** `new X(…)` of these remembers by reading from it. Functions that return a new one count as making it. */
export const SELF_FILLING: readonly string[] = ['DataLoader', 'Keyv'];

/** These depend on the identity of another object. */
export const KEYED_BY_OBJECT: readonly string[] = ['WeakMap', 'WeakSet'];

/** Calls that create a value which lives for one request. */
export const PER_REQUEST: readonly string[] = ['perRequest', 'perRequestAndKey'];

/** An object whose class or variable has such a name lives for one request. */
export const REQUEST_TYPES = /RequestContext$/;
export const REQUEST_NAMES = /^(request|context|contextValue)$/;

/** Variables and fields of these types count or measure time, and hold no answer. */
export const PLAIN_TYPES = /^(number|boolean|NodeJS\.Timeout|Timer)$/;

/** Calls that write to a Map, a Set or a cache. */
export const WRITES: readonly string[] = ['set', 'add', 'delete', 'clear'];
