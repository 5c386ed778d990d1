import { HOSTILE_DOCUMENTS } from './documents.ts';
import type { HostileRequest } from './requests.ts';
import { HOSTILE_VARIABLES } from './variables.ts';

/** More than a hundred requests, each of which is expensive for a server without limits. */
export const HOSTILE_REQUESTS: readonly HostileRequest[] = Object.entries({
  ...HOSTILE_DOCUMENTS,
  ...HOSTILE_VARIABLES,
}).flatMap(([kind, requests]) => requests.map((request) => ({ kind, ...request })));
