import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderFragment } from '../../generated/operations.ts';
import { codes, type Outcome, tryConfirm, tryCreate } from '../../support/app/mutations.ts';
import type { Items } from '../../support/app/purchase.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';

/** One order of one organization, by a client that repeats unanswered calls with the same key. */
export class Buyer {
  private readonly keys = { create: randomUUID(), confirm: randomUUID() };
  private placed: OrderFragment | undefined;

  constructor(
    readonly organizationId: string,
    private readonly token: string,
    private readonly items: Items,
  ) {}

  at(url: string): TestClient {
    return createTestClient(url, this.token);
  }

  /** The order as created; throws when no creation was answered. */
  get order(): OrderFragment {
    if (this.placed === undefined) throw new Error(`no order of organization ${this.organizationId} was answered`);
    return this.placed;
  }

  async create(url: string): Promise<void> {
    this.placed = accepted(await tryCreate(this.at(url), this.organizationId, this.items, this.keys.create));
  }

  /** The buyer ignores a failure of Mekari Pay: the job adds the link. */
  async confirm(url: string): Promise<void> {
    const outcome = await tryConfirm(this.at(url), this.order, this.keys.confirm);
    if (codes(outcome).join() !== 'PAYMENT_PROVIDER_UNAVAILABLE') accepted(outcome);
  }

  async place(url: string): Promise<void> {
    await this.create(url);
    await this.confirm(url);
  }
}

export function accepted({ order, userErrors }: Outcome): OrderFragment {
  if (order === null || userErrors.length > 0) throw new Error(`refused: ${JSON.stringify(userErrors)}`);
  return order;
}

/** Calls one replica after the other until one answers. The test's own timeout bounds it. */
export async function untilAnswered<T>(urls: readonly string[], ask: (url: string) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask(urls[attempt % urls.length] ?? '');
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      // A dead replica takes a moment to come back.
      await sleep(50);
    }
  }
}

/**
 * True when the connection broke or was refused (fetch), when it broke in the middle (JSON), or when the server failed
 * inside or its database was busy.
 */
function isUnanswered(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof SyntaxError) return true;
  return error instanceof Error && /INTERNAL_SERVER_ERROR|SERVICE_UNAVAILABLE/.test(error.message);
}
