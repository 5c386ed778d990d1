/**
 * The load, a process of its own: what it is told over IPC it asks for, and answers what came of it. Every connection has its own
 * share of the requests, begins at the first again when it has sent the last, and sends the next as soon as it has its answer.
 */
import autocannon from 'autocannon';
import { median, percentile } from '../neighbours/load.ts';
import type { Job, Outcome } from './load.ts';

async function run({ url, requests, connections, extent }: Job): Promise<Outcome> {
  const times: number[] = [];
  const faults = new Map<string, number>();
  const fault = (what: string) => void faults.set(what, (faults.get(what) ?? 0) + 1);
  let begun = 0;
  const startedAt = performance.now();
  let endedAt = startedAt;
  const once = 'seconds' in extent ? { duration: extent.seconds } : { amount: requests.length };
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  const options: autocannon.Options = {
    url,
    connections,
    ...once,
    sampleInt: 50,
    setupClient(client) {
      const first = begun++;
      const share = requests.filter((_, index) => index % connections === first);
      const own = share.length > 0 ? share : requests.slice(0, 1);
      client.setRequests(
        own.map((request) => ({
          ...request,
          method: 'POST',
          onResponse: (status, body) => {
            if (status !== 200) fault(`status ${status}: ${body.slice(0, 300)}`);
            else if (body.includes('"errors":')) fault(body.slice(0, 300));
          },
        })),
      );
    },
  };
  const instance = autocannon(options, (error: Error | null) => (error ? reject(error) : resolve()));
  instance.on('response', (_client, _status, _bytes, ms) => {
    times.push(ms);
    endedAt = performance.now();
  });
  instance.on('reqError', (error: Error) => fault(error.message));
  await over;
  const sorted = times.toSorted((a, b) => a - b);
  return {
    requests: times.length,
    seconds: (endedAt - startedAt) / 1000,
    p50: median(times),
    p99: percentile(sorted, 99),
    faults: [...faults].map(([what, count]) => `${count} × ${what}`),
  };
}

process.on('message', (job: Job) => {
  run(job).then(
    (outcome) => process.send?.(outcome),
    (error: Error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
