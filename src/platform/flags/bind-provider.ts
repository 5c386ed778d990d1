import {
  type Logger as FlagLogger,
  OpenFeature,
  type Provider,
  ProviderFatalError,
  ProviderNotReadyError,
  ProviderStatus,
} from '@openfeature/server-sdk';
import { newId } from '../../kernel/ids.ts';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';

export interface BoundProvider {
  /** Throws ProviderNotReadyError before the start and after the release, and ProviderFatalError if the start failed for good. */
  provider(): Provider;
  /** Receives the provider's own messages. */
  logger: FlagLogger;
  /** Unbinds the provider, which closes it unless another domain uses it. */
  release(): Promise<void>;
}

/** The server does not wait longer for a provider to start; evaluations fail until it is ready. */
const START_MS = 2000;

/**
 * Binds a provider to a domain of its own: OpenFeature's API is global to the process, and its default provider would answer "off".
 * A provider that does not start holds up nothing: it is logged, and its evaluations fail. Throws if the bind itself fails.
 */
export async function bindProvider(provider: Provider, log: Logger): Promise<BoundProvider> {
  const domain = `self-topup:${newId()}`;
  const { name } = provider.metadata;
  const notReady = (reason: string) => log.warn({ event: 'flag_provider_not_ready', provider: name, reason });
  let slow: NodeJS.Timeout | undefined;
  // Binds the provider at once; the promise resolves when it is ready.
  const start = OpenFeature.setProviderAndWait(domain, provider).catch((error: Error) => {
    if (OpenFeature.getProvider(domain) !== provider) throw error;
    notReady(reasonOf(error));
  });
  const patience = new Promise<void>((resolve) => {
    slow = setTimeout(() => {
      notReady(`it did not start within ${START_MS} ms`);
      resolve();
    }, START_MS);
  });
  await Promise.race([start, patience]).finally(() => clearTimeout(slow));

  const warn = (...words: unknown[]) =>
    log.warn({ event: 'flag_provider_says', provider: name, detail: words.join(' ') });
  const silent = () => undefined;
  const client = OpenFeature.getClient(domain);
  return {
    logger: { error: warn, warn, info: silent, debug: silent },
    provider() {
      const { providerStatus } = client;
      if (providerStatus === ProviderStatus.FATAL) throw new ProviderFatalError('it cannot start');
      const isBound = OpenFeature.getProvider(domain) === provider;
      if (!isBound || providerStatus === ProviderStatus.NOT_READY) throw new ProviderNotReadyError('it is not ready');
      return provider;
    },
    async release() {
      // The API cannot remove a domain, so an empty provider takes its place. It does not wait for the old one to close.
      await OpenFeature.setProviderAndWait(domain, RELEASED).catch((error: Error) =>
        log.warn({ event: 'flag_provider_not_closed', provider: name, reason: reasonOf(error) }),
      );
    },
  };
}

async function refuse(): Promise<never> {
  throw new ProviderNotReadyError('the server has stopped');
}

const RELEASED: Provider = {
  metadata: { name: 'released' },
  resolveBooleanEvaluation: refuse,
  resolveStringEvaluation: refuse,
  resolveNumberEvaluation: refuse,
  resolveObjectEvaluation: refuse,
};
