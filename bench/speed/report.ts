import { table } from '../neighbours/table.ts';
import type { Figures } from './reading.ts';
import { SERVERS, type ServerName } from './servers.ts';

/** One workload's figures; the ratio is that of our rate to another's. */
export function readingTable(figures: ReadonlyMap<ServerName, Figures>): string {
  const ours = figures.get('ours')?.requestsPerSecond ?? Number.NaN;
  const rows = [...figures].map(([name, { requestsPerSecond, p50, p99, cpuPerRequest, busy }]) => [
    SERVERS[name],
    requestsPerSecond.toFixed(0),
    (ours / requestsPerSecond).toFixed(2),
    p50.toFixed(2),
    p99.toFixed(2),
    cpuPerRequest.toFixed(0),
    `${(busy * 100).toFixed(0)} %`,
  ]);
  return table(['', 'requests/s', 'ours to it', 'p50 ms', 'p99 ms', 'CPU µs', 'busy'], rows);
}
