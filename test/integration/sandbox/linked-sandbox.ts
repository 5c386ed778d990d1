import type { Sandbox } from '../../../sandbox/index.ts';
import { test as base } from './sandbox-test.ts';
import { receiveWebhooks, type WebhookReceiver } from './webhook-receiver.ts';

export const SECRET = `whsec_${Buffer.from('the first secret of the test').toString('base64')}`;

/** A test with a sandbox whose webhooks go to a receiver. */
export const test = base.extend<{ receiver: WebhookReceiver; linked: Sandbox }>({
  // biome-ignore lint/correctness/noEmptyPattern: the first parameter must be a pattern
  receiver: async ({}, use) => {
    const receiver = await receiveWebhooks(SECRET);
    await use(receiver);
    await receiver.stop();
  },
  linked: async ({ start, receiver }, use) => {
    const sandbox = await start({ webhookSecrets: [SECRET], webhookRetryDelaysMs: [1, 1] });
    sandbox.mekariPay.setWebhookUrl(receiver.url);
    await use(sandbox);
  },
});
