/**
 * The load, a process of its own: what it is told over IPC it asks for, and answers what came of it. Every connection has its own
 * share of the requests, begins at the first again when it has sent the last, and sends the next as soon as it has its answer.
 */
import autocannon from 'autocannon';
import { median, percentile } from '../neighbours/load.ts';
import type { Job, Outcome } from './load.ts';
import { orderRequests } from './order-requests.ts';

type OnAnswer = (status: number, body: string) => void;

/** The requests of one connection; the first counts from 0. */
function requestsOf({ work, connections }: Job, connection: number, onAnswer: OnAnswer): autocannon.Request[] {
  if ('orders' in work) return orderRequests(work.tokens[connection] ?? '', onAnswer);
  const share = work.requests.filter((_, index) => index % connections === connection);
  const own = share.length > 0 ? share : work.requests.slice(0, 1);
  return own.map((request) => ({ ...request, method: 'POST', onResponse: onAnswer }));
}

function extentOf({ work }: Job): Pick<autocannon.Options, 'duration' | 'amount'> {
  if ('seconds' in work) return { duration: work.seconds };
  return { amount: 'orders' in work ? 2 * work.orders : work.amount };
}

async function run(job: Job): Promise<Outcome> {
  const times: number[] = [];
  const faults = new Map<string, number>();
  const fault = (what: string) => void faults.set(what, (faults.get(what) ?? 0) + 1);
  const onAnswer: OnAnswer = (status, body) => {
    if (status !== 200) fault(`status ${status}: ${body.slice(0, 300)}`);
    else if (body.includes('"errors":')) fault(body.slice(0, 300));
  };
  let begun = 0;
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  const startedAt = performance.now();
  let endedAt = startedAt;
  const options: autocannon.Options = {
    url: job.url,
    connections: job.connections,
    ...extentOf(job),
    sampleInt: 50,
    timeout: 30,
    setupClient: (client) => client.setRequests(requestsOf(job, begun++, onAnswer)),
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
