import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@keyv/redis';
import { freePort } from '../../../sandbox/dev/free-port.ts';
import { until } from '../app/purchase.ts';

/** Several redis-server processes that act as one Redis. */
export interface RedisEngine {
  /** For REDIS_URL. */
  url: string;
  /** Kills a master, of a cluster the one that holds the key, and resolves when its replica has taken its place. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

interface Member {
  port: number;
  ask(...command: string[]): Promise<unknown>;
  stop(): Promise<void>;
}

const PASSWORD = 'a:secret/of@redis';
const LOGIN = `default:${encodeURIComponent(PASSWORD)}`;
/** Redis counts a server as dead after this time, in milliseconds. */
const DEAD_AFTER = '500';

/** Three masters, of which the one that holds `key` has a replica. */
export async function startRedisCluster(key: string): Promise<RedisEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'self-topup-cluster-'));
  const start = async (name: string) => {
    // By default the servers talk to each other 10,000 ports above their own, where the system hands out ports.
    const busPort = await freePort();
    const member = await startMember(directory, name, [
      ...['cluster-enabled yes', `cluster-config-file ${name}.nodes`, `cluster-node-timeout ${DEAD_AFTER}`],
      ...[`cluster-port ${busPort}`, `requirepass ${PASSWORD}`, `masterauth ${PASSWORD}`],
    ]);
    return { ...member, busPort };
  };
  const members = await Promise.all([start('one'), start('two'), start('three'), start('replica')]);
  const [first, second, third, replica] = members;
  const masters = [first, second, third];
  const ranges = ['0 5460', '5461 10922', '10923 16383'].map((range) => range.split(' '));
  await Promise.all(masters.map((member, index) => member.ask('CLUSTER', 'ADDSLOTSRANGE', ...(ranges[index] ?? []))));
  for (const { port, busPort } of [second, third, replica])
    await first.ask('CLUSTER', 'MEET', '127.0.0.1', String(port), String(busPort));
  await untilAll(members, async ({ ask }) => /cluster_known_nodes:4/.test(String(await ask('CLUSTER', 'INFO'))));
  const slot = Number(await first.ask('CLUSTER', 'KEYSLOT', key));
  const owner = masters[ranges.findIndex(([from, to]) => slot >= Number(from) && slot <= Number(to))] ?? first;
  const owners = String(await owner.ask('CLUSTER', 'MYID'));
  await until(
    () =>
      replica.ask('CLUSTER', 'REPLICATE', owners).then(
        () => true,
        () => false,
      ),
    (isReplica) => isReplica,
  );
  await untilAll(masters, async ({ ask }) => /cluster_state:ok/.test(String(await ask('CLUSTER', 'INFO'))));
  await untilAll([replica], async ({ ask }) => /master_link_status:up/.test(String(await ask('INFO', 'replication'))));
  return {
    url: `redis+cluster://${LOGIN}@${masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    async failOver() {
      await owner.stop();
      await untilAll([replica], async ({ ask }) => /role:master/.test(String(await ask('INFO', 'replication'))));
    },
    stop: () => stopAll(members, directory),
  };
}

/** A master and its replica, and three Sentinels with a password of their own. */
export async function startRedisSentinel(): Promise<RedisEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'self-topup-sentinel-'));
  const master = await startMember(directory, 'master', [`requirepass ${PASSWORD}`, `masterauth ${PASSWORD}`]);
  const replica = await startMember(directory, 'replica', [
    ...[`requirepass ${PASSWORD}`, `masterauth ${PASSWORD}`],
    `replicaof 127.0.0.1 ${master.port}`,
  ]);
  await untilAll([replica], async ({ ask }) => /master_link_status:up/.test(String(await ask('INFO', 'replication'))));
  const watch = [
    `sentinel monitor prices 127.0.0.1 ${master.port} 2`,
    `sentinel auth-pass prices ${PASSWORD}`,
    `sentinel down-after-milliseconds prices ${DEAD_AFTER}`,
    ...['sentinel failover-timeout prices 5000', `requirepass ${PASSWORD}`],
  ];
  const sentinels = await Promise.all(
    ['first', 'second', 'third'].map((name) => startMember(directory, name, watch, ['--sentinel'])),
  );
  await untilAll(sentinels, async ({ ask }) => {
    const [replicas, others] = await Promise.all([
      ask('SENTINEL', 'REPLICAS', 'prices'),
      ask('SENTINEL', 'SENTINELS', 'prices'),
    ]);
    return (replicas as unknown[]).length === 1 && (others as unknown[]).length === 2;
  });
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return {
    url: `redis+sentinel://${LOGIN}@${hosts}/prices?sentinelPassword=${encodeURIComponent(PASSWORD)}`,
    async failOver() {
      await master.stop();
      await untilAll([replica], async ({ ask }) => /role:master/.test(String(await ask('INFO', 'replication'))));
    },
    stop: () => stopAll([...sentinels, master, replica], directory),
  };
}

async function startMember(directory: string, name: string, lines: string[], flags: string[] = []): Promise<Member> {
  const port = await freePort();
  const file = join(directory, `${name}.conf`);
  const log = join(directory, `${name}.log`);
  const common = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${directory}`,
    `logfile ${log}`,
    ...(flags.length > 0 ? [] : ['save ""']),
  ];
  writeFileSync(file, [...common, ...lines, ''].join('\n'));
  const server = spawn('redis-server', [file, ...flags], { stdio: 'ignore' });
  const exited = once(server, 'exit');
  const kill = () => void server.kill('SIGKILL');
  process.once('exit', kill);
  const ask = async (...command: string[]) => {
    const client = createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: false }, password: PASSWORD });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.sendCommand(command)) as unknown;
    } finally {
      client.destroy();
    }
  };
  await until(
    () => ask('PING').catch(() => undefined),
    (answer) => answer === 'PONG' || server.exitCode !== null,
  );
  if (server.exitCode !== null) throw new Error(`redis-server ${name} ended: ${readFileSync(log, 'utf8')}`);
  return {
    port,
    ask,
    async stop() {
      process.off('exit', kill);
      kill();
      await exited;
    },
  };
}

const untilAll = async (members: readonly Member[], isSo: (member: Member) => Promise<boolean>) => {
  for (const member of members)
    await until(
      () => isSo(member).catch(() => false),
      (is) => is,
    );
};

async function stopAll(members: readonly Member[], directory: string): Promise<void> {
  await Promise.all(members.map((member) => member.stop()));
  rmSync(directory, { recursive: true, force: true });
}
