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

/** The catalogue as one request sees it: one statement, by position. Rows that do not parse are logged, and go on as faults. */
export class Catalogue {
  private readonly rows = perRequest((request) => this.read(request.log));

  constructor(private readonly database: DataSource) {}

  all(request: RequestContext): Promise<readonly CatalogueRow[]> {
    return this.rows(request);
  }

  private async read(log: Logger): Promise<CatalogueRow[]> {
    const configurations = await this.database
      .getRepository(TopupConfiguration)
      .find({ order: { position: 'ASC', code: 'ASC' } });
    return configurations.map((configuration) => {
      const parsed = parseOptionValue(configuration.optionValue);
      if (parsed.ok) return { configuration, rule: parsed.value, fault: undefined };
      log.error({ event: 'configuration_invalid', configurationId: configuration.id, reason: parsed.error });
      return { configuration, rule: undefined, fault: parsed.error };
    });
  }
}
