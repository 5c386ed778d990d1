import { readFileSync } from 'node:fs';

export interface Memory {
  /** Megabytes that the process uses now and at its peak (VmRSS, VmHWM); NaN when the system does not report it. */
  now: number;
  peak: number;
}

export function memoryOf(pid: number): Memory {
  let status = '';
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // Only Linux has this file.
  }
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}
