import type { Sample } from '../../support/telemetry/prometheus.ts';

/** Stretches the scrapes to series of hours. */
export interface Course {
  /** In the situation the counters go on as they went between the scrapes, each minute; by default they move once. After it they go on. */
  goesOn?: boolean;
  /** For rules that look at a day: each phase lasts for 27 hours instead of 75 minutes. */
  takesADay?: boolean;
  /** These fire in a new database as well, without a cause. */
  fromTheStart?: readonly string[];
}

const COUNTER = /_(total|bucket|count|sum)$/;

/** The series of a sample. */
export const keyOf = ({ name, labels }: Sample) =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')}}`;

/** A series in promtool's notation: before a situation, in it and after it, so many steps each. */
export function valuesOf(
  series: string,
  phases: Record<string, number>[],
  steps: number,
  { goesOn = false }: Course,
): string {
  const [before, during, ended, after] = phases.map((phase) => phase[series]);
  const level = (value: number | undefined) => (value === undefined ? `_x${steps}` : `${value}x${steps - 1}`);
  if (!COUNTER.test(series.split('{')[0] ?? '') || during === undefined)
    return [before, during, after].map(level).join(' ');
  const grown = during - (before ?? 0);
  // A process that was started again counts from 0.
  const grownAfter = Math.max(0, (after ?? 0) - (ended ?? 0));
  const top = goesOn ? (before ?? 0) + grown * steps : during;
  const line = (from: number, step: number) => `${from + step}+${step}x${steps - 1}`;
  return [level(before), goesOn ? line(before ?? 0, grown) : level(during), line(top, grownAfter)].join(' ');
}
