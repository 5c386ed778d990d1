import { parseArgs } from 'node:util';
import { OTHER_CORE, stayOn } from './neighbours/cores.ts';
import { startGround } from './neighbours/ground.ts';
import { redisVersion, startRedis } from './neighbours/redis.ts';
import { startLoad } from './speed/load.ts';
import { measureReading } from './speed/reading.ts';
import { readingTable } from './speed/report.ts';
import { assertSameAnswers } from './speed/same-answers.ts';
import { SERVERS, type Server, type ServerName, startServer } from './speed/servers.ts';
import { workloads } from './speed/workloads.ts';
import { measureWriting, WRITING, type WritingName } from './speed/writing.ts';

const ORDERS_OF_EACH = 100;
const ORGANIZATIONS = 1000;

export async function benchSpeed(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '20' },
      workloads: { type: 'string' },
      servers: { type: 'string' },
    },
  });
  const extent = {
    seconds: Number(values.seconds),
    rounds: Number(values.rounds),
    connections: Number(values.connections),
  };
  stayOn(OTHER_CORE);
  const ground = await startGround({ ordersOfEach: ORDERS_OF_EACH, organizations: ORGANIZATIONS, everyOption: true });
  const load = startLoad();
  ground.onStop(async () => load.stop());
  try {
    const wanted = values.workloads?.split(',');
    const chosen = (await workloads(ground)).filter(({ name }) => wanted?.includes(name) ?? true);
    const redis = redisVersion() === undefined ? undefined : await startRedis();
    if (redis) ground.onStop(redis.kill);
    const env = { DATABASE_URL: await ground.database(), ...(redis && { REDIS_URL: redis.url }) };
    const names = (values.servers?.split(',') ?? Object.keys(SERVERS)) as ServerName[];
    const servers: Server[] = [];
    for (const name of names) servers.push(await startServer(name, ground, env));
    const answers = await assertSameAnswers(
      servers.filter(({ name }) => name !== 'bare'),
      chosen,
    );
    for (const server of servers) {
      for (const [name, body] of answers) await server.learn(name, body);
    }
    for (const workload of chosen) {
      const figures = await measureReading(load, servers, workload, extent);
      console.log(`\n${workload.title}: ${Buffer.byteLength(answers.get(workload.name) ?? '')} bytes\n`);
      console.log(readingTable(figures));
    }
    const writing = (Object.keys(WRITING) as WritingName[]).filter((name) => wanted?.includes(name) ?? true);
    console.log(await measureWriting(ground, load, env, writing, extent));
  } finally {
    await ground.stop();
  }
}
