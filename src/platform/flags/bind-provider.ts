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
  /** The provider, if it can be asked. Throws ProviderNotReadyError before it has begun and after its release, ProviderFatalError. */
  provider(): Provider;
  /** For what a provider has to say. */
  logger: FlagLogger;
  /** From now on there is no provider to ask. Tells the provider to close, unless it is bound elsewhere too. */
  release(): Promise<void>;
}

/** A provider that takes longer to begin does so beside the server: evaluations are errors until it is ready. */
const START_MS = 2000;

/**
 * Puts a provider behind a domain of its own: OpenFeature's API is one for the whole process, and its default provider
 * would answer "off" to whoever asks. Nothing hangs on a provider that does not begin; one that cannot is logged, and
 * answers for itself. Throws where it cannot be bound at all.
 */
export async function bindProvider(provider: Provider, log: Logger): Promise<BoundProvider> {
  const domain = `self-topup:${newId()}`;
  const { name } = provider.metadata;
  const notReady = (reason: string) => log.warn({ event: 'flag_provider_not_ready', provider: name, reason });
  let slow: NodeJS.Timeout | undefined;
  // Binds it before it returns; what it promises is that the provider has begun.
  const begun = OpenFeature.setProviderAndWait(domain, provider).catch((error: Error) => {
    if (OpenFeature.getProvider(domain) !== provider) throw error;
    notReady(reasonOf(error));
  });
  const patience = new Promise<void>((resolve) => {
    slow = setTimeout(() => {
      notReady(`it has not begun after ${START_MS} ms`);
      resolve();
    }, START_MS);
  });
  await Promise.race([begun, patience]).finally(() => clearTimeout(slow));

  const tell = (...said: unknown[]) =>
    log.warn({ event: 'flag_provider_says', provider: name, detail: said.join(' ') });
  const silent = () => undefined;
  const client = OpenFeature.getClient(domain);
  return {
    logger: { error: tell, warn: tell, info: silent, debug: silent },
    provider() {
      const { providerStatus } = client;
      if (providerStatus === ProviderStatus.FATAL) throw new ProviderFatalError('it cannot begin');
      const isBound = OpenFeature.getProvider(domain) === provider;
      if (!isBound || providerStatus === ProviderStatus.NOT_READY) throw new ProviderNotReadyError('it is not ready');
      return provider;
    },
    async release() {
      // The API cannot forget a domain: its name stays in it, with nothing of ours behind it. It does not wait for the
      // provider's end.
      await OpenFeature.setProviderAndWait(domain, RELEASED).catch((error: Error) =>
        log.warn({ event: 'flag_provider_not_closed', provider: name, reason: reasonOf(error) }),
      );
    },
  };
}

async function refuse(): Promise<never> {
  throw new ProviderNotReadyError('its server is stopped');
}

const RELEASED: Provider = {
  metadata: { name: 'released' },
  resolveBooleanEvaluation: refuse,
  resolveStringEvaluation: refuse,
  resolveNumberEvaluation: refuse,
  resolveObjectEvaluation: refuse,
};
