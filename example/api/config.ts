import { TopupOrderDocument } from './documents.ts';
import { createGraph } from './graph.ts';
import { readStored, store } from './storage.ts';

/** The development server's configuration of the page: ready-made tokens replace a login. */
export interface Organization {
  id: string;
  /** Empty for one that support visits by its id. */
  name: string;
  token: string;
}

export interface Config {
  organizations: Organization[];
  mailboxUrl?: string;
}

export async function loadConfig(): Promise<Config> {
  const response = await fetch('/example/config.json');
  if (!response.ok) throw new Error(`/example/config.json: HTTP ${response.status}`);
  return (await response.json()) as Config;
}

const REMEMBERED = 'topup:organization';

export const rememberOrganization = (id: string) => store(REMEMBERED, id);

/**
 * Returns the organization at the start: that of the order in the address, after the payment page or an e-mail, else the last
 * one. Asks with each organization's own token, because no token reads another's order.
 */
export async function startingOrganization(config: Config, orderId?: string): Promise<Organization> {
  const last = readStored(REMEMBERED);
  const lastFirst = config.organizations.toSorted((a, b) => Number(b.id === last) - Number(a.id === last));
  const [first] = lastFirst;
  if (first === undefined) throw new Error('/example/config.json has no organization.');
  if (orderId === undefined || lastFirst.length === 1) return first;
  for (const organization of lastFirst) {
    const { data } = await createGraph(organization.id, organization.token).read(TopupOrderDocument, { id: orderId });
    if (data?.topupOrder) return organization;
  }
  return first;
}
