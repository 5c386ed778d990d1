import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { AggregationTemporality, type CollectionResult, InstrumentType } from '@opentelemetry/sdk-metrics';

/**
 * Exports metrics for Prometheus. A gauge contains only the values of this scrape. With cumulative temporality a label without a
 * value (no order is PAID any more) would keep its last value for the life of the process, as would all labels while the database
 * is down.
 */
export class MetricsReader extends PrometheusExporter {
  private last: Promise<unknown> = Promise.resolve();

  /** Serializes scrapes: of two at once, one would get the values of both, and the other nothing. */
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
