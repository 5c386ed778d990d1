import type { Graph } from '../api/graph.ts';
import { type Problem, STATUSES } from '../api/problems.ts';

const MONTHS = 12;

/** Returns this month of Jakarta and those before it, newest first: "2026-11". */
export function lastMonths(now = Date.now()): string[] {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Jakarta' }).format(now);
  const [year = 0, month = 1] = today.split('-').map(Number);
  return Array.from({ length: MONTHS }, (_, back) =>
    new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 7),
  );
}

/** Reads a month's statement from the service, which writes the CSV. The header with the token rules out a plain link. */
export async function readMonth(graph: Graph, month: string): Promise<{ file?: Blob; problems: Problem[] }> {
  const query = new URLSearchParams({ organizationId: graph.organizationId });
  try {
    const response = await fetch(`/statements/${month}.csv?${query}`, {
      headers: { authorization: `Bearer ${graph.token}` },
    });
    if (!response.ok) return { problems: [{ code: STATUSES[response.status] ?? String(response.status) }] };
    return { file: await response.blob(), problems: [] };
  } catch {
    return { problems: [{ code: 'OFFLINE' }] };
  }
}
