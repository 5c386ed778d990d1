import type { TestApp } from '../app/app.ts';
import { parsePrometheus } from './prometheus.ts';

/** A replica's `job_oldest_age_seconds` in /metrics, by the job's name. */
export async function jobAges({ url }: Pick<TestApp, 'url'>): Promise<Map<string, number>> {
  const samples = parsePrometheus(await (await fetch(`${url}/metrics`)).text());
  return new Map(
    samples
      .filter(({ name }) => name === 'job_oldest_age_seconds')
      .map(({ labels, value }) => [labels['name'] ?? '', value]),
  );
}
