/** The features of a generated operation beside fields, aliases, fragments and variables. */
export interface Style {
  /** Every third is a mutation. */
  mutations: boolean;
  /** Half of the arguments are literals. */
  literals: boolean;
  /** `@include` and `@skip`. */
  conditions: boolean;
  /** Variables that are null, absent, of a wrong value, a number for an id, or a single value for a list. */
  looseVariables: boolean;
  /** Variables with a default, and literals with variables inside. */
  defaults: boolean;
  /** Names with a meaning in JavaScript or in a compiler of documents. */
  oddNames: boolean;
  /** A second operation beside the executed one. */
  severalOperations: boolean;
  /** A fragment may stand in a second place. */
  repeatedFragments: boolean;
  mostFields: number;
}

/** The style of a careful client. */
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

/** Queries whose values are all variables, without conditions. */
export const PLAIN: Style = {
  ...CAREFUL,
  mutations: false,
  literals: false,
  conditions: false,
  looseVariables: true,
  repeatedFragments: true,
  mostFields: 12,
};

/** Queries with every feature of GraphQL. */
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

/** Plain queries with one more feature, so that no other feature prevents their compilation. */
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
