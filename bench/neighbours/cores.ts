import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** The measured process has a core of its own; the load, the databases and the neighbours share another. */
export const MEASURED_CORE = 0;
export const OTHER_CORE = 1;

/** Read before this process is pinned to one of them. */
export const CORES = availableParallelism();
/** A second process of ours has a third core, or shares one with the load. */
export const SECOND_CORE = CORES > 2 ? 2 : OTHER_CORE;

/** True when processes can be pinned to one core each: on Linux, with taskset, on a machine with two cores. */
export const CAN_PIN = CORES >= 2 && spawnSync('taskset', ['--version']).error === undefined;

/** Forks a Node process that stays on one core (or `0-3`); without a core, or without taskset, it inherits ours. */
export function onCore(core: number | string | undefined, flags: readonly string[] = []) {
  if (core === undefined || !CAN_PIN) return { execArgv: [...flags] };
  return { execPath: 'taskset', execArgv: ['-c', String(core), process.execPath, ...flags] };
}

/** Pins this process with all its threads, and all its later children. */
export function stayOn(core: number): void {
  if (CAN_PIN) spawnSync('taskset', ['-a', '-c', '-p', String(core), String(process.pid)]);
}

/**
 * Milliseconds of CPU time of a process in all its threads, in steps of ten; NaN when the system does not report it.
 */
export function cpuMs(pid: number): number {
  try {
    // After the name, which may hold anything: utime and stime are fields 14 and 15, in hundredths of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}
