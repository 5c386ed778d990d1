import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { parsePrometheus } from '../../support/telemetry/prometheus.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
});

afterAll(() => app?.close());

test('every replica tells how long ago each periodic task was started, on whichever replica', async () => {
  const ages = async () =>
    parsePrometheus(await (await fetch(`${app.url}/metrics`)).text()).filter(
      ({ name }) => name === 'periodic_age_seconds',
    );
  expect(await ages()).toEqual([]);
  await app.db.query(
    `insert into periodic_tasks (name, holder, leased_until, started_at)
     values ('stalled', gen_random_uuid(), now() + interval '20 seconds', now() - interval '1 hour'),
            ('lively', null, now(), now() - interval '1 minute')`,
  );
  const [lively, stalled] = (await ages()).toSorted((one, other) => one.value - other.value);
  expect(lively).toMatchObject({ labels: { task: 'lively' } });
  expect(stalled).toMatchObject({ labels: { task: 'stalled' } });
  expect(lively?.value).toBeGreaterThanOrEqual(60);
  expect(stalled?.value).toBeGreaterThanOrEqual(3600);
});
