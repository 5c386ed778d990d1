import { derivedIdentity } from '../../../sandbox/dev/derived-identity.ts';
import { OrganizationFlags } from '../../../sandbox/dev/organization-flags.ts';
import { createProductSteps } from '../../../sandbox/dev/product-steps.ts';
import { createMovableClock } from '../../../sandbox/index.ts';
import { readFlags } from '../../../src/platform/flags/store/flag-table.ts';
import { TableProvider } from '../../../src/platform/flags/table-provider.ts';
import { startApp, type TestApp } from './app.ts';

/**
 * The app as `npm run dev` composes it, connected to the sandbox's provider states. Product and sandbox each have a clock, as the
 * two processes of `npm run dev` do; both follow `present` until a state's clock is moved.
 */
export async function startAppWithStates(
  present: () => Date = () => new Date(),
  env: Record<string, string> = {},
): Promise<TestApp> {
  const movable = createMovableClock(present);
  const clock = { now: movable.now };
  const table = Promise.withResolvers<TableProvider>();
  const flags = new OrganizationFlags(() => table.promise);
  const app = await startApp({
    clock,
    env,
    flagProvider: flags,
    identifyOrder: derivedIdentity,
    sandbox: { clock: present },
  });
  table.resolve(new TableProvider(() => readFlags(app.callers.connections), clock, app.log));
  const steps = createProductSteps(app, { clock: movable, flags, environment: app.sandbox.environment() });
  app.sandbox.states.connect({ ...steps, graphUrl: `${app.url}/graphql` });
  return app;
}
