import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { AggregationTemporality, type CollectionResult, InstrumentType } from '@opentelemetry/sdk-metrics';

/**
 * The text that Prometheus reads. A gauge says what was read of it this time and nothing else: told as sums are, a label that
 * is gone (no order is PAID any more) would keep its last value for as long as the process lives, and so would all while the
 * database cannot be asked.
 */
export class MetricsReader extends PrometheusExporter {
  private last: Promise<unknown> = Promise.resolve();

  /** One after the other: of two at once one would be given what was read for both, and the other nothing. */
  override collect(...options: Parameters<PrometheusExporter['collect']>): Promise<CollectionResult> {
    const collected = this.last.then(() => super.collect(...options));
    this.last = collected.catch(() => undefined);
    return collected;
  }

  override selectAggregationTemporality(instrument: InstrumentType): AggregationTemporality {
    const isGauge = instrument === InstrumentType.OBSERVABLE_GAUGE;
    return isGauge ? AggregationTemporality.DELTA : super.selectAggregationTemporality(instrument);
  }
}
