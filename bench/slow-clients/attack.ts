import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../neighbours/ground.ts';
import type { Kind } from './attacker.ts';

export interface Attack {
  /** The number of connections that it has opened so far, including those that replaced a closed one. */
  opened(): Promise<number>;
  stop(): Promise<void>;
}

/** Keeps this many connections of these kinds open in a process of their own. Resolves when all are open. */
export async function startAttack(url: string, kinds: readonly Kind[], count: number, token: string): Promise<Attack> {
  const file = join(root, 'dist/bench/slow-clients/attacker.js');
  const child = fork(file, [new URL(url).port, kinds.join(','), String(count), token], { cwd: root });
  await once(child, 'message');
  return {
    async opened() {
      const answered = once(child, 'message') as Promise<[{ opened: number }]>;
      child.send('how many');
      return (await answered)[0].opened;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
