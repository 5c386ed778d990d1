/**
 * The product's server under `npm run dev`: the composition of `npm start`, with a clock that the sandbox moves, flags for single
 * organizations, and derived ids. The parent process asks for operators' steps over IPC.
 */
import { serve } from '../../src/app/serve.ts';
import { readFlags } from '../../src/platform/flags/store/flag-table.ts';
import { TableProvider } from '../../src/platform/flags/table-provider.ts';
import { realClock } from '../clock.ts';
import { createMovableClock } from '../movable-clock.ts';
import { derivedIdentity } from './derived-identity.ts';
import { OrganizationFlags } from './organization-flags.ts';
import { createProductSteps } from './product-steps.ts';
import { answerSteps } from './steps-over-ipc.ts';

const movable = createMovableClock(realClock);
const clock = { now: movable.now };
const table = Promise.withResolvers<TableProvider>();
const flags = new OrganizationFlags(() => table.promise);
const composition = await serve({ clock, flagProvider: flags, identifyOrder: derivedIdentity });
table.resolve(new TableProvider(() => readFlags(composition.callers.connections), clock, composition.log));
answerSteps(createProductSteps(composition, { clock: movable, flags, environment: process.env }));
