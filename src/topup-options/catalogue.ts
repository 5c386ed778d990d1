import type { Clock } from '../kernel/clock.ts';
import { parseOptionValue, type QuantityRule } from './rules/option-value.ts';
import type { TopupConfiguration } from './store/topup-configuration.entity.ts';

/** A catalogue row with its option_value read; `fault` is the reason where it could not be. */
export interface CatalogueRow {
  configuration: TopupConfiguration;
  rule: QuantityRule | undefined;
  fault: string | undefined;
}

export interface CatalogueOptions {
  /** All rows, in the order of the page. */
  read: () => Promise<readonly TopupConfiguration[]>;
  clock: Clock;
  /** Is told of every row that does not parse, with each read. */
  onFault: (configurationId: string, reason: string) => void;
}

/** All pages of one second share one read. */
const MEMORY_MS = 1000;

/** The catalogue, by position. Rows that do not parse go on as faults. */
export class Catalogue {
  private latest: { readAt: number; rows: Promise<readonly CatalogueRow[]> } | undefined;

  constructor(private readonly options: CatalogueOptions) {}

  /** For reading: as it was at most a second ago. */
  rows(): Promise<readonly CatalogueRow[]> {
    const age = this.latest === undefined ? MEMORY_MS : this.now() - this.latest.readAt;
    // A clock that was set back makes no read last longer.
    if (this.latest === undefined || age < 0 || age >= MEMORY_MS) return this.rowsNow();
    return this.latest.rows;
  }

  /** For an order: as it is now. Pages share this read too. */
  rowsNow(): Promise<readonly CatalogueRow[]> {
    const latest = { readAt: this.now(), rows: this.read() };
    this.latest = latest;
    latest.rows.catch(() => {
      if (this.latest === latest) this.latest = undefined;
    });
    return latest.rows;
  }

  private async read(): Promise<readonly CatalogueRow[]> {
    const configurations = await this.options.read();
    return configurations.map((configuration) => {
      const parsed = parseOptionValue(configuration.optionValue);
      if (parsed.ok) return { configuration, rule: parsed.value, fault: undefined };
      this.options.onFault(configuration.id, parsed.error);
      return { configuration, rule: undefined, fault: parsed.error };
    });
  }

  private now(): number {
    return this.options.clock.now().getTime();
  }
}
