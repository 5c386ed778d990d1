import type { DataSource } from 'typeorm';
import { poolOf } from '../platform/database/data-source.ts';
import { perRequest, type RequestContext } from '../platform/server/request-context.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { parseOptionValue, type QuantityRule } from './rules/option-value.ts';
import { TopupConfiguration } from './store/topup-configuration.entity.ts';

/** A catalogue row with its option_value read; `rule` is a reason where it could not be. */
export interface CatalogueRow {
  configuration: TopupConfiguration;
  rule: QuantityRule | undefined;
  fault: string | undefined;
}

/**
 * Which transaction wrote each of the rows: another text as soon as any of them is another one, or gone. Not the latest of them:
 * who began first may commit last.
 */
const VERSION = {
  name: 'catalogue-version',
  text: `select string_agg(id || ' ' || xmin, ',' order by id) as version from topup_configurations`,
};

/**
 * The catalogue as one request sees it, by position. What was read is kept for as long as the database says that it is still the
 * same: a change is seen by the next request. One statement, which requests of one moment share. Rows that do not parse are
 * logged, and go on as faults.
 */
export class Catalogue {
  private readonly rows = perRequest((request) => this.readTogether(request.log));
  private kept: { version: string | null; rows: readonly CatalogueRow[] } | undefined;
  private underWay: Promise<readonly CatalogueRow[]> | undefined;
  /** Row and version of what was logged: once each, not once a request. */
  private readonly logged = new Map<string, number>();

  constructor(private readonly database: DataSource) {}

  /** The same array for as long as the catalogue is the same. */
  all(request: RequestContext): Promise<readonly CatalogueRow[]> {
    return this.rows(request);
  }

  private readTogether(log: Logger): Promise<readonly CatalogueRow[]> {
    this.underWay ??= this.readWhereChanged(log).finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  /** A change between the two statements has the rows read once more, the next time. */
  private async readWhereChanged(log: Logger): Promise<readonly CatalogueRow[]> {
    const { rows: found } = await poolOf(this.database).query<{ version: string | null }>(VERSION);
    const version = found[0]?.version ?? null;
    if (this.kept?.version === version) return this.kept.rows;
    const rows = await this.read(log);
    this.kept = { version, rows };
    return rows;
  }

  private async read(log: Logger): Promise<CatalogueRow[]> {
    const configurations = await this.database
      .getRepository(TopupConfiguration)
      .find({ order: { position: 'ASC', code: 'ASC' } });
    return configurations.map((configuration) => {
      const parsed = parseOptionValue(configuration.optionValue);
      if (parsed.ok) return { configuration, rule: parsed.value, fault: undefined };
      this.logOnce(log, configuration, parsed.error);
      return { configuration, rule: undefined, fault: parsed.error };
    });
  }

  private logOnce(log: Logger, { id, updatedAt }: TopupConfiguration, reason: string): void {
    if (this.logged.get(id) === updatedAt.getTime()) return;
    this.logged.set(id, updatedAt.getTime());
    log.error({ event: 'configuration_invalid', configurationId: id, reason });
  }
}
