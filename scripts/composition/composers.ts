import { apollo } from './apollo.ts';
import type { Composer } from './composer.ts';
import { cosmo } from './cosmo.ts';
import { grafbase, isGrafbaseInstalled } from './grafbase.ts';
import { guild } from './guild.ts';

/** Every composer that has to accept the subgraph and can run on this machine. */
export const COMPOSERS: readonly Composer[] = [apollo, guild, cosmo, ...(isGrafbaseInstalled ? [grafbase] : [])];
