import { InitialSchema1764000000000 } from './1764000000000-initial-schema.ts';

/** In the order in which they are applied. Append only: what has been applied somewhere is never changed. */
export const migrations = [InitialSchema1764000000000];
