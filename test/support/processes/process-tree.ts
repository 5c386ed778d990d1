import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

interface Row {
  pid: number;
  parent: number;
  state: string;
}

async function processes(): Promise<Row[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, state = '']) => ({ pid: Number(pid), parent: Number(parent), state }));
}

/** The process with all its descendants. */
export async function treeOf(pid: number): Promise<number[]> {
  const rows = await processes();
  const below = (parent: number): number[] => [
    parent,
    ...rows.filter((row) => row.parent === parent).flatMap((row) => below(row.pid)),
  ];
  return below(pid);
}

/** Polls until none of them runs. The test's own timeout bounds it. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  // Z: it has ended, and its parent has not read its status.
  const runs = ({ pid, state }: Row) => pids.includes(pid) && !state.startsWith('Z');
  while ((await processes()).some(runs)) await sleep(100);
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
