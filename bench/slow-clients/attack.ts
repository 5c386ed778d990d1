import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../neighbours/ground.ts';
import type { Kind } from './attacker.ts';

export interface Attack {
  /** How many connections it has opened so far, those included that took the place of one that was cut off. */
  opened(): Promise<number>;
  stop(): Promise<void>;
}

/** That many connections of these kinds, kept up in a process of their own. Resolves when all are open. */
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
