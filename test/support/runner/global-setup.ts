import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import type { TestProject } from 'vitest/node';
import { migrations } from '../../../migrations/index.ts';
import { startPostgres } from '../../../sandbox/postgres/postgres.ts';
import { entities } from '../../../src/app/entities.ts';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { TEMPLATE, withDatabaseName } from '../database/database-names.ts';
import { canStartRedis, findRedis, type RedisServer } from '../neighbours/redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    /** undefined: there is no Redis here, and tests that need one are reported as skipped. */
    redisUrl: string | undefined;
    /** True when a test can have a Redis of its own, which it kills. */
    canStartRedis: boolean;
  }
}

/** One PostgreSQL for each project of the run, with a migrated template that every test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres({ directory: join(tmpdir(), `self-topup-test-${project.name}-${process.pid}`) });
  const redis: RedisServer | undefined = await findRedis();
  await createTemplate(postgres.url);
  project.provide('postgresUrl', postgres.url);
  project.provide('redisUrl', redis?.url);
  project.provide('canStartRedis', canStartRedis());
  return async () => {
    await redis?.stop();
    await postgres.stop();
  };
}

async function createTemplate(url: string): Promise<void> {
  const admin = await connectDatabase({ url, entities: [], migrations: [], poolSize: 1 });
  await admin.query(`create database ${TEMPLATE}`);
  await admin.destroy();
  await migrate({ url: withDatabaseName(url, TEMPLATE), entities, migrations });
}
