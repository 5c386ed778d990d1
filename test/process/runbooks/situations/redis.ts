import { execFileSync } from 'node:child_process';
import { expect } from 'vitest';
import { until } from '../../../support/app/purchase.ts';
import { startRedis } from '../../../support/neighbours/redis.ts';
import { parsePrometheus } from '../../../support/telemetry/prometheus.ts';
import { scrape } from '../../../support/telemetry/served-metrics.ts';
import type { Situation, World } from '../walk.ts';
import { pending } from './buying.ts';

export interface RedisWorld extends World {
  redis: Awaited<ReturnType<typeof startRedis>>;
}

const sumOf = async ({ app }: World, metric: string, labels: Record<string, string> = {}) =>
  parsePrometheus(await scrape(app))
    .filter(({ name, labels: own }) => name === metric && Object.entries(labels).every(([key, of]) => own[key] === of))
    .reduce((sum, { value }) => sum + value, 0);

/** Buys until Redis is in that state: it is only asked if somebody buys. */
async function untilRedisIs(world: RedisWorld, up: 0 | 1): Promise<void> {
  await until(
    async () => {
      await pending(world);
      return sumOf(world, 'redis_up');
    },
    (value) => value === up,
  );
}

const redisIsDown: Situation<RedisWorld> = {
  title: 'Redis is down',
  alerts: ['RedisDown'],
  async bringAbout(world) {
    await world.redis.stop();
    await untilRedisIs(world, 0);
    return {
      look(looked) {
        expect(looked.get('npm run check:config')?.stdout).toMatch(/^FAIL {2}redis: .*ECONNREFUSED/m);
        expect(looked.get('curl --silent http://127.0.0.1:4000/readyz')?.stdout).toContain('"redis":"down"');
      },
      async end() {
        world.redis = await startRedis(world.redis.port);
      },
      isOver: () => untilRedisIs(world, 1),
    };
  },
};

const FAILED = { outcome: 'failed' };

const redisIsFull: Situation<RedisWorld> = {
  title: 'Redis is full',
  alerts: ['RedisRefuses'],
  goesOn: true,
  async bringAbout(world) {
    execFileSync('redis-cli', ['-u', world.redis.url, 'config', 'set', 'maxmemory', '1']);
    const before = await sumOf(world, 'redis_calls_total', FAILED);
    await until(
      async () => {
        await pending(world);
        return sumOf(world, 'redis_calls_total', FAILED);
      },
      (failed) => failed > before + 3,
    );
    return {
      look(looked) {
        const memory = [...looked].find(([line]) => line.startsWith('redis-cli'))?.[1];
        expect(memory?.stdout).toMatch(/^maxmemory:1\b/m);
        expect(memory?.stdout).toMatch(/^maxmemory_policy:noeviction/m);
      },
      async isOver() {
        const refused = await sumOf(world, 'redis_calls_total', FAILED);
        await pending(world);
        expect(await sumOf(world, 'redis_calls_total', FAILED)).toBe(refused);
      },
      callAgain: () => pending(world),
    };
  },
};

export const redis: readonly Situation<RedisWorld>[] = [redisIsDown, redisIsFull];
