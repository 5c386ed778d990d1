import type { DeskLinks } from '../desk/desk-page.ts';
import type { Sandbox } from '../index.ts';
import { exportLine } from './announce.ts';

export interface Started {
  /** The product's own address. */
  url: string;
  pageUrl: string;
  gatewayUrl: string;
  deskUrl: string;
  sandbox: Sandbox;
  environment: Readonly<Record<string, string>>;
  logFile: string;
}

/** Everything that runs, as the terminal prints it. */
export function addressesOf({ url, pageUrl, gatewayUrl, sandbox, environment }: Started) {
  return [
    ['Top-up page', pageUrl],
    ['GraphQL', `${url}/graphql`],
    ['GraphiQL', gatewayUrl],
    ['Mailbox', sandbox.mail.url],
    ['Mekari Pay', sandbox.mekariPay.url],
    ['Metrics', `${url}/metrics`],
    ['Tokens', sandbox.auth.url],
    ['States', `${sandbox.states.url}/_sandbox/states`],
    ['hub-core', sandbox.hubCore.url],
    ['Mekari Billing', sandbox.mekariBilling.url],
    ['Moderator', sandbox.moderator.url],
    ['Database', environment['DATABASE_URL'] ?? ''],
  ] as const;
}

/** The same for the desk: the links that one clicks, and the rest to copy. */
export function deskLinks(started: Started): DeskLinks {
  const { url, pageUrl, gatewayUrl, sandbox, environment, logFile } = started;
  const clicked = ['Top-up page', 'GraphiQL', 'Mailbox', 'Mekari Pay', 'Metrics'];
  const query = (role: string, organization: string) => new URLSearchParams({ role, organization });
  return {
    page: (role, organization) =>
      `${pageUrl}/as?${query(role, organization)}${role === 'support' ? '&view=support' : ''}`,
    graphiql: (role, organization) => `${gatewayUrl}?${query(role, organization)}`,
    main: [
      ['Top-up page', pageUrl, 'where a finance admin buys'],
      ['Mailbox', sandbox.mail.url, 'every mail that was sent'],
      ['GraphiQL', gatewayUrl, 'the supergraph, with a token'],
      ['Mekari Pay', sandbox.mekariPay.url, 'invoices and how they are paid'],
      ['Metrics', `${url}/metrics`, 'as Prometheus reads them'],
      ['Docs', '/read?file=README.md', 'README and all pages'],
    ],
    facts: [
      ...addressesOf(started).filter(([name]) => !clicked.includes(name)),
      ['Log', logFile],
      ["Operators' commands", exportLine(environment)],
    ],
  };
}
