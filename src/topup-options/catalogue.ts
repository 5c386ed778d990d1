import type { DataSource } from 'typeorm';
import type { Logger } from '../platform/logger.ts';
import { perRequest, type RequestContext } from '../platform/request-context.ts';
import { parseOptionValue, type QuantityRule } from './option-value.ts';
import { TopupConfiguration } from './topup-configuration.entity.ts';

/** A catalogue row with its option_value read; `rule` is a reason where it could not be. */
export interface CatalogueRow {
  configuration: TopupConfiguration;
  rule: QuantityRule | undefined;
  fault: string | undefined;
}

/**
 * The catalogue as one request sees it, by position: one statement, which requests of one moment share. Rows that do not parse
 * are logged, and go on as faults.
 */
export class Catalogue {
  private readonly rows = perRequest((request) => this.readTogether(request.log));
  private underWay: Promise<readonly CatalogueRow[]> | undefined;
  /** Row and version of what was logged: once each, not once a request. */
  private readonly logged = new Map<string, number>();

  constructor(private readonly database: DataSource) {}

  all(request: RequestContext): Promise<readonly CatalogueRow[]> {
    return this.rows(request);
  }

  private readTogether(log: Logger): Promise<readonly CatalogueRow[]> {
    this.underWay ??= this.read(log).finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
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
