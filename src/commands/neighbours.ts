import { createNeighbour, type Neighbour } from '../clients/http.ts';
import { createHubCore, type HubCore } from '../clients/hub-core.ts';
import { createMekariPay, createPaymentUrlCheck } from '../clients/mekari-pay/index.ts';
import { createModerator, type Moderator } from '../clients/moderator.ts';
import { loadHubCoreConfig, loadMekariPayConfig, loadModeratorConfig } from '../config.ts';
import { systemClock } from '../kernel/clock.ts';
import type { PaymentProvider } from '../payments/index.ts';

/** The neighbours that a command may ask. Each method reads the settings of its neighbour, and throws ConfigError. */
export interface CommandNeighbours {
  hubCore(): HubCore;
  paymentProvider(): PaymentProvider;
  moderator(): Moderator;
}

/** Reads a neighbour's settings only when a command asks it: most commands run where those are not available. */
export async function withNeighbours<T>(use: (neighbours: CommandNeighbours) => Promise<T>): Promise<T> {
  const opened: Neighbour[] = [];
  function open(name: string, baseUrl: string, config: Calling): Neighbour {
    const { MEKARI_CLIENT_ID: clientId, MEKARI_CLIENT_SECRET: clientSecret, UPSTREAM_TIMEOUT_MS: timeoutMs } = config;
    const credentials = { clientId, clientSecret };
    const neighbour = createNeighbour({ name, baseUrl, credentials, timeoutMs, clock: systemClock });
    opened.push(neighbour);
    return neighbour;
  }
  try {
    return await use({
      hubCore() {
        const config = loadHubCoreConfig();
        return createHubCore(open('hub-core', config.HUB_CORE_URL, config), systemClock);
      },
      paymentProvider() {
        const config = loadMekariPayConfig();
        const neighbour = open('mekari-pay', config.MEKARI_PAY_URL, config);
        const isAllowed = createPaymentUrlCheck({ payBaseUrl: config.MEKARI_PAY_URL, hosts: config.PAYMENT_URL_HOSTS });
        // No webhook arrives here.
        return createMekariPay({ neighbour, urls: { isAllowed }, webhookSecrets: [], clock: systemClock });
      },
      moderator() {
        const config = loadModeratorConfig();
        return createModerator(open('moderator', config.MODERATOR_URL, config));
      },
    });
  } finally {
    for (const neighbour of opened) neighbour.close();
  }
}

type Calling = Pick<
  ReturnType<typeof loadHubCoreConfig>,
  'MEKARI_CLIENT_ID' | 'MEKARI_CLIENT_SECRET' | 'UPSTREAM_TIMEOUT_MS'
>;
