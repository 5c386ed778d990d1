/** The features that a generated operation may have beside fields, aliases, fragments and variables. */
export interface Style {
  /** Every third is a mutation. */
  mutations: boolean;
  /** Half of the arguments are literals. */
  literals: boolean;
  /** `@include` and `@skip`. */
  conditions: boolean;
  /** Variables that are null, not sent, of a wrong value, a number for an id, or a single value for a list. */
  looseVariables: boolean;
  /** Variables with a default, and literals with variables inside. */
  defaults: boolean;
  /** Names that mean something to JavaScript or to a compiler of documents. */
  oddNames: boolean;
  /** A second operation beside the one that is asked for. */
  severalOperations: boolean;
  /** A fragment may stand in a second place. */
  repeatedFragments: boolean;
  mostFields: number;
}

/** As a careful client writes it. */
export const CAREFUL: Style = {
  mutations: true,
  literals: true,
  conditions: true,
  looseVariables: false,
  defaults: false,
  oddNames: false,
  severalOperations: false,
  repeatedFragments: false,
  mostFields: 24,
};

/** Queries in which every value is a variable, and in which nothing is conditional. */
export const PLAIN: Style = {
  ...CAREFUL,
  mutations: false,
  literals: false,
  conditions: false,
  looseVariables: true,
  repeatedFragments: true,
  mostFields: 12,
};

/** Queries with all that GraphQL allows. */
export const WILD: Style = {
  mutations: false,
  literals: true,
  conditions: true,
  looseVariables: true,
  defaults: true,
  oddNames: true,
  severalOperations: true,
  repeatedFragments: true,
  mostFields: 12,
};

/** Plain queries with one thing more, so that no other thing keeps them from being compiled. */
export const ALMOST_PLAIN: readonly Style[] = [
  { ...PLAIN, literals: true },
  { ...PLAIN, conditions: true },
  { ...PLAIN, defaults: true },
  { ...PLAIN, oddNames: true },
];

const MAGIC = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';

export const ODD_NAMES = [
  'toString',
  'constructor',
  'valueOf',
  'hasOwnProperty',
  '__proto__',
  '__context',
  '__parent',
  MAGIC,
];
/** Ids within literals, as text or as names. */
export const ODD_TEXTS = [
  ...ODD_NAMES,
  `${MAGIC}nope`,
  `${MAGIC}0`,
  '__MAGIC_NAN__57f286b9_4c20_487f_b409_79804ddcb4f8',
];
