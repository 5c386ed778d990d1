import type { Organization, Sandbox } from '../../../sandbox/index.ts';

let last = 20_000;

/** An organization of a test's own, like one of the sandbox's but for what is given: its excess and orders are nobody else's. */
export function addOrganization(sandbox: Sandbox, like: string, changes: Partial<Organization> = {}): string {
  const model = sandbox.hubCore.organizations.get(like);
  if (model === undefined) throw new Error(`the sandbox has no organization ${like}`);
  last += 1;
  sandbox.hubCore.organizations.set({ ...model, ...changes, id: String(last) });
  return String(last);
}
