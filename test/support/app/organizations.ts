import type { Organization, Sandbox } from '../../../sandbox/index.ts';

let last = 20_000;

/**
 * Adds an organization for one test: a copy of one of the sandbox's with these changes, whose excess and orders no
 * other test uses.
 */
export function addOrganization(sandbox: Sandbox, like: string, changes: Partial<Organization> = {}): string {
  const model = sandbox.hubCore.organizations.get(like);
  if (model === undefined) throw new Error(`the sandbox has no organization ${like}`);
  last += 1;
  sandbox.hubCore.organizations.set({ ...model, ...changes, id: String(last) });
  return String(last);
}
