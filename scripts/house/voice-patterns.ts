/** A comment that begins with one of these words is a headless clause: it has no subject of its own. */
export const FIRST_WORDS: readonly string[] = [
  'Of',
  'What',
  'Who',
  'Whose',
  'Whoever',
  'Whether',
  'How',
  'That',
  'Those',
];

/** `Where it fails …` may be a plain condition, so it is counted apart. */
export const APART: readonly string[] = ['Where'];

/** Phrases that only this code base uses in this way. */
export const PRIVATE_WORDS: readonly string[] = [
  'is had',
  'to be had',
  'be had',
  'told again',
  'how-manieth',
  'looked at',
  'is gone',
  'are gone',
  'is none',
  'told of',
  'say so',
  'seen to',
  'sees to',
  'by itself',
];
