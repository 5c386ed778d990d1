import type { Clock } from '../kernel/clock.ts';
import { parseOptionValue, type QuantityRule } from './rules/option-value.ts';
import { parseTaxes, type Tax } from './rules/taxes.ts';
import type { TopupConfiguration } from './store/topup-configuration.entity.ts';

/** A catalogue row with its parsed option_value and taxes, or the reason why one of them does not parse. */
export type CatalogueRow = { configuration: TopupConfiguration } & (
  | { rule: QuantityRule; taxes: readonly Tax[]; fault?: undefined }
  | { fault: string }
);

export interface CatalogueOptions {
  /** Reads all rows, in page order. */
  read: () => Promise<readonly TopupConfiguration[]>;
  clock: Clock;
  /** Called for every row that does not parse, at each read. */
  onFault: (configurationId: string, reason: string) => void;
}

/** All pages of one second share one read. */
const MAX_AGE_MS = 1000;

/** The catalogue in page order, with rows that do not parse as faults. */
export class Catalogue {
  private latest: { readAt: number; rows: Promise<readonly CatalogueRow[]> } | undefined;

  constructor(private readonly options: CatalogueOptions) {}

  /** For reading: at most a second old. */
  rows(): Promise<readonly CatalogueRow[]> {
    if (this.latest === undefined) return this.rowsNow();
    const age = this.now() - this.latest.readAt;
    // A clock that is set back does not prolong a read.
    return age >= 0 && age < MAX_AGE_MS ? this.latest.rows : this.rowsNow();
  }

  /** For an order: a new read, which pages share too. */
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
      const rule = parseOptionValue(configuration.optionValue);
      const taxes = parseTaxes(configuration.taxes);
      if (rule.ok && taxes.ok) return { configuration, rule: rule.value, taxes: taxes.value };
      const fault = [rule, taxes].flatMap((parsed) => (parsed.ok ? [] : [parsed.error])).join('; ');
      this.options.onFault(configuration.id, fault);
      return { configuration, fault };
    });
  }

  private now(): number {
    return this.options.clock.now().getTime();
  }
}
