import { type RunningProcess, startBuilt } from './built.ts';
import { treeOf } from './process-tree.ts';

export interface Development {
  command: RunningProcess;
  /** The printed URLs by name. */
  addresses: Record<string, string>;
  ports: number[];
  /** The printed tokens by purpose. */
  tokens: Record<string, string>;
  pids: number[];
}

/** Starts `npm run dev`, with its temporary files in the directory, and reads its output once it is ready. */
export async function startDevelopment(directory: string, env: Record<string, string> = {}): Promise<Development> {
  const command = startBuilt('sandbox/dev.js', [], { TMPDIR: directory, ...env }, { ownGroup: true });
  await command.untilPrinted(/\nStart at the desk.*\n\n.*\n/);
  const { stdout } = command.output;
  const addresses: Record<string, string> = Object.fromEntries(
    [...stdout.matchAll(/^ {2}(\w.*?) +(\w+:\/\/\S+)$/gm)].map(([, name, url]) => [name ?? '', url ?? '']),
  );
  const tokens: Record<string, string> = Object.fromEntries(
    [...stdout.matchAll(/^ {2}(\d+ {2}.+)\n {2}(\S+)$/gm)].map(([, label, token]) => [label ?? '', token ?? '']),
  );
  return {
    command,
    addresses,
    tokens,
    ports: Object.values(addresses).map((url) => Number(new URL(url).port)),
    pids: await treeOf(command.pid),
  };
}
