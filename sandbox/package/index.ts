import { join } from 'node:path';
import type { SelfTopup, SelfTopupOptions } from '../../packages/sandbox/index.d.ts';
import { freePort } from '../dev/free-port.ts';
import { startLocalProduct } from '../dev/local-product.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** The stateful mock of the package self-topup-sandbox: the product itself, as `npm run dev` runs it, without page and gateway. */
export async function startSelfTopup(options: SelfTopupOptions = {}): Promise<SelfTopup> {
  const { returnUrl = 'http://127.0.0.1/', logLevel = 'silent' } = options;
  const port = options.port || (await freePort());
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  const onEnd = () => void stop();
  try {
    const product = await startLocalProduct({ root, port, returnUrl, logLevel, stops, onEnd });
    const { url, sandbox, tokens } = product;
    return {
      graphUrl: `${url}/graphql`,
      statesUrl: `${sandbox.states.url}/_sandbox/states`,
      mekariPayUrl: sandbox.mekariPay.url,
      mailboxUrl: sandbox.mail.url,
      tokens,
      token: (claims) => sandbox.auth.token(claims),
      async pay(orderNumber) {
        await sandbox.mekariPay.pay(orderNumber);
      },
      reset: () => sandbox.states.reset(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
