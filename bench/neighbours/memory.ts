import { readFileSync } from 'node:fs';

export interface Memory {
  /** Megabytes that the process holds now, and at its most (VmRSS, VmHWM); NaN where the system does not say. */
  now: number;
  peak: number;
}

export function memoryOf(pid: number): Memory {
  let status = '';
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // Not on Linux.
  }
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}
