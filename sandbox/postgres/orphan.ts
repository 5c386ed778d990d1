import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ends an earlier run's server in this directory, if there is one, and clears the directory. */
export async function stopOrphan(directory: string): Promise<void> {
  const pid = serverOf(directory);
  if (pid !== undefined) {
    // Stops at once, because nobody needs its data.
    process.kill(pid, 'SIGQUIT');
    for (let waited = 0; waited < 10_000 && serverOf(directory) === pid; waited += 50) await sleep(50);
  }
  rmSync(directory, { recursive: true, force: true });
}

/** Returns the pid in the directory's pid file if that server runs. Another process may have the number now. */
export function serverOf(directory: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n')[0]);
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes(directory) ? pid : undefined;
  } catch {
    return undefined;
  }
}
