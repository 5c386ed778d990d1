import { choose } from './choose.ts';
import { common } from './common.ts';
import { refusals } from './refusals.ts';

/** The words of the first screen, and of every other. */
export const id = { common, choose, refusals };
