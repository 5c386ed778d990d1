import type { DataSource } from 'typeorm';
import { recordAction } from '../../src/action-trail/index.ts';
import { audit } from '../../src/audit/index.ts';
import { createNeighbour } from '../../src/clients/http.ts';
import { createHubCore } from '../../src/clients/hub-core.ts';
import type { Moderator } from '../../src/clients/moderator.ts';
import { newId } from '../../src/kernel/ids.ts';
import { outstandingExcessAt, refundOrder } from '../../src/operators/index.ts';
import type { PaymentProvider } from '../../src/payments/index.ts';
import { runQuery } from '../../src/platform/database/run-queries.ts';
import type { Query } from '../../src/platform/database/sql.ts';
import type { ProductSteps } from '../index.ts';
import type { MovableClock } from '../movable-clock.ts';
import type { OrganizationFlags } from './organization-flags.ts';

/** The running product: its composition has all of these. */
interface Running {
  database: DataSource;
  services: { reconcile: { run(): Promise<void> } };
  neighbours: { organizations: Asked; packages: Asked; paymentProvider: PaymentProvider; moderator: Moderator };
}

interface Asked {
  ask(id: string): Promise<unknown>;
}

interface Parts {
  clock: MovableClock;
  flags: OrganizationFlags;
  /** HUB_CORE_URL and the credentials. */
  environment: Record<string, string | undefined>;
}

const UPSTREAM_TIMEOUT_MS = 3000;

/** Takes an operator's steps in the product's process, by the product's use cases and its clock. */
export function createProductSteps({ database, services, neighbours }: Running, parts: Parts): ProductSteps {
  const { clock: movable, flags, environment } = parts;
  const clock = { now: movable.now };
  const trail = { clock, write: (entry: Query) => runQuery(database, entry) };

  /** Runs an operator's refund between two entries of the action trail, as the command does. */
  function recorded(subject: string, by: { actor: string; reason: string }, refund: () => Promise<unknown>) {
    const via = 'command' as const;
    const action = { ...by, via, action: 'orders refund', subject, organizationId: null, correlationId: newId() };
    return recordAction(trail, action, refund, (ending) => ({ outcome: 'answer' in ending ? 'ok' : 'failed' }));
  }

  return {
    async setClock(setting) {
      movable.set(setting);
    },
    reconcile: () => services.reconcile.run(),
    async switchFlag(organizationId, key, isOn) {
      flags.switchFlag(organizationId, key, isOn);
    },
    async refreshOrganization(id) {
      // The first call may join one that began before hub-core's data changed.
      await neighbours.organizations.ask(id);
      await neighbours.organizations.ask(id);
    },
    async refreshPrice(id) {
      await neighbours.packages.ask(id);
    },
    async refund(number, takeBack) {
      const { MEKARI_CLIENT_ID: clientId = '', MEKARI_CLIENT_SECRET: clientSecret = '' } = environment;
      const neighbour = createNeighbour({
        name: 'hub-core',
        baseUrl: environment['HUB_CORE_URL'] ?? '',
        credentials: { clientId, clientSecret },
        timeoutMs: UPSTREAM_TIMEOUT_MS,
        clock,
      });
      const outstandingExcess = outstandingExcessAt(createHubCore(neighbour, clock), database);
      const units = new Map(Object.entries(takeBack).map(([code, credits]) => [code, BigInt(credits)]));
      const provider = () => neighbours.paymentProvider;
      const by = { actor: 'sandbox', reason: 'a provider state of a contract test' };
      const moderator = () => neighbours.moderator;
      const parts = { database, clock, provider, moderator, outstandingExcess };
      try {
        await recorded(number, by, () => refundOrder(parts, number, { takeBack: units, ...by }));
      } finally {
        neighbour.close();
      }
    },
    audit: async () => (await audit(database, clock)).violations,
  };
}
