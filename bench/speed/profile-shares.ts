import type { Profiler } from 'node:inspector';
import { table } from '../neighbours/table.ts';

/** A part of the program, and its share of the CPU that the main thread used, from 0 to 1. */
export interface Share {
  part: string;
  share: number;
}

const LEAST_SHARE = 0.01;

/** By package, or by room of ours, the largest first. What the engine does itself counts for whoever called it. */
export function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Share[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const partOf = (id: number | undefined): string => {
    const node = id === undefined ? undefined : byId.get(id);
    if (node === undefined) return 'the engine';
    const { functionName, url } = node.callFrame;
    if (functionName === '(garbage collector)') return 'garbage collection';
    if (functionName === '(idle)') return 'idle';
    return url === '' ? partOf(parents.get(node.id)) : partOfFile(url);
  };
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const part = partOf(id);
    times.set(part, (times.get(part) ?? 0) + (timeDeltas[index] ?? 0));
  }
  for (const part of ['idle', 'inspector']) times.delete(part);
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times]
    .map(([part, time]) => ({ part, share: time / total }))
    .filter(({ share }) => share >= LEAST_SHARE)
    .toSorted((a, b) => b.share - a.share);
}

function partOfFile(url: string): string {
  if (url.startsWith('node:inspector')) return 'inspector';
  if (url.startsWith('node:')) return 'Node';
  const [, ofPackage] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  const [, ofUs] = /\/dist\/(.+)\.js$/.exec(url) ?? [];
  return ofPackage ?? ofUs ?? 'compiled documents';
}

export function profileTable(shares: readonly Share[]): string {
  return table(
    ['', 'of its CPU'],
    shares.map(({ part, share }) => [part, `${(share * 100).toFixed(1)} %`]),
  );
}
