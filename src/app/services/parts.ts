import type { DataSource } from 'typeorm';
import type { Clock } from '../../kernel/clock.ts';
import type { IdentifyOrder } from '../../orders/index.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import type { Flags } from '../../platform/flags/flags.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Telemetry } from '../../platform/telemetry/telemetry.ts';
import type { Neighbours } from '../neighbours.ts';

/** The parts that services are made of. */
export interface Parts {
  clock: Clock;
  log: Logger;
  telemetry: Telemetry;
  /** `callers` serves requests; `database` serves webhook and jobs. */
  callers: TenantDatabase;
  database: DataSource;
  /** The connection string of the background's login, for the connection that listens. */
  backgroundUrl: string;
  flags: Flags;
  neighbours: Neighbours;
  identifyOrder?: IdentifyOrder | undefined;
}
