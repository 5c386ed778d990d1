/** A line of an order as accounting books it. */
export interface BookedLine {
  id: string;
  packageCode: string | null;
}

/** Returns the lines with the newest correction of each; `corrections` are oldest first. */
export function withCorrections<L extends BookedLine>(
  lines: readonly L[],
  corrections: readonly { orderLineId: string; packageCode: string }[],
): L[] {
  const codes = new Map(corrections.map(({ orderLineId, packageCode }) => [orderLineId, packageCode]));
  return lines.map((line) => ({ ...line, packageCode: codes.get(line.id) ?? line.packageCode }));
}

/** Renames the code of every line that has it, or sets that of one line, counted from 1. */
export type CodeChange = { from: string; to: string } | { line: number; to: string };

export interface CorrectedLine {
  /** Counted from 1, in the order in which the lines are listed. */
  line: number;
  id: string;
  from: string | null;
  to: string;
}

/** Returns the lines whose code changes, or the faults of the request, one sentence part each. */
export function correctLines(
  lines: readonly BookedLine[],
  changes: readonly CodeChange[],
): { corrected: readonly CorrectedLine[] } | { faults: readonly string[] } {
  const corrected = new Map<string, CorrectedLine>();
  const faults: string[] = [];
  for (const change of changes) {
    const hits = lines
      .map(({ id, packageCode: from }, index) => ({ line: index + 1, id, from, to: change.to }))
      .filter(({ line, from }) => ('line' in change ? line === change.line : from === change.from));
    if (hits.length === 0) faults.push(missing(change, lines));
    for (const hit of hits) {
      if (hit.from === hit.to) faults.push(`line ${hit.line} is booked as ${hit.to} already`);
      else if (corrected.has(hit.id)) faults.push(`line ${hit.line} is named twice`);
      corrected.set(hit.id, hit);
    }
  }
  return faults.length > 0 ? { faults } : { corrected: [...corrected.values()] };
}

function missing(change: CodeChange, lines: readonly BookedLine[]): string {
  if ('line' in change) return `there is no line ${change.line}: the order has ${lines.length}`;
  const codes = [...new Set(lines.map(({ packageCode }) => packageCode ?? 'no code'))].join(', ');
  return `no line is booked as ${change.from}: the order has ${codes}`;
}
