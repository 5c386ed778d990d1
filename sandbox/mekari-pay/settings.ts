import type { Format } from './format.ts';
import { createTerms, type Terms } from './terms.ts';

/** The settings that a person or a test may change for the whole provider. */
export interface Settings {
  terms: Terms;
  format: { get(): Format; set(format: Format): void };
  reset(): void;
}

export function createSettings(): Settings {
  const terms = createTerms();
  let format: Format = {};
  return {
    terms,
    format: {
      get: () => structuredClone(format),
      set(value) {
        format = structuredClone(value);
      },
    },
    reset() {
      terms.set({});
      format = {};
    },
  };
}
