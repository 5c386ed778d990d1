import { afterEach, expect, test } from 'vitest';
import { TopupOptionsDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';

let app: TestApp | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** The clocks of server, neighbours and tokens are at that moment. */
async function validUntilAt(moment: string): Promise<Record<string, string | null>> {
  const now = () => new Date(moment);
  app = await startApp({ clock: { now }, sandbox: { clock: now }, withoutBackground: true });
  const client = await app.client({ organization_id: '1001', expires_in: 100_000_000 });
  const { topupOptions } = await client.query(TopupOptionsDocument, {});
  return Object.fromEntries((topupOptions ?? []).map(({ code, validUntil }) => [code, validUntil]));
}

test('the last second of the year in Jakarta: monthly quotas end now, contracts as hub-core says', async () => {
  expect(await validUntilAt('2026-12-31T16:59:59Z')).toEqual({
    wa_balance: null,
    muv: '2026-12-31T16:59:59.000Z',
    agent_extra: '2027-12-31T16:59:59.000Z',
    voice_call_extra: null,
    chatbot_ai_extra: null,
  });
});

test('a second later it is January there, still December in UTC: monthly quotas end with January', async () => {
  expect(await validUntilAt('2026-12-31T17:00:00Z')).toMatchObject({ muv: '2027-01-31T16:59:59.000Z' });
});
