import { createClient } from './client.ts';
import { ORDER_EXISTS } from './operations.ts';

/** The development server's configuration of the page: ready-made tokens replace a login. */
export interface Organization {
  id: string;
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

export function rememberOrganization(id: string): void {
  localStorage.setItem(REMEMBERED, id);
}

/**
 * Returns the organization at the start: that of the order in the address, after the payment page or an e-mail, else the last
 * one. Asks with each organization's own token, because no token reads another's order.
 */
export async function startingOrganization(config: Config, orderId?: string): Promise<Organization> {
  const last = localStorage.getItem(REMEMBERED);
  const lastFirst = config.organizations.toSorted((a, b) => Number(b.id === last) - Number(a.id === last));
  const [first] = lastFirst;
  if (first === undefined) throw new Error('/example/config.json has no organization.');
  if (orderId === undefined) return first;
  for (const organization of lastFirst) {
    const answer = await createClient(organization.token)
      .query({ query: ORDER_EXISTS, variables: { id: orderId }, errorPolicy: 'all' })
      .catch(() => undefined);
    if (answer?.data?.topupOrder) return organization;
  }
  return first;
}
