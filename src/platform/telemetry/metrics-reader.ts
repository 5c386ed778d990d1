import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';
import { shareRuns } from '../../kernel/share-runs.ts';

/**
 * Exports metrics for Prometheus. A gauge contains only the values of this scrape. With cumulative temporality a label without a
 * value (no order is PAID any more) would keep its last value for the life of the process, as would all labels while the database
 * is down.
 */
export class MetricsReader extends PrometheusExporter {
  private readonly serializer = new PrometheusSerializer();

  /**
   * Resolves to the page in Prometheus' text format. Concurrent scrapes share one: it costs one read of the database, and of two
   * reads at once one would get the values of both, and the other nothing.
   */
  readonly text = shareRuns(async () => this.serializer.serialize((await this.collect()).resourceMetrics));

  override selectAggregationTemporality(instrument: InstrumentType): AggregationTemporality {
    const isGauge = instrument === InstrumentType.OBSERVABLE_GAUGE;
    return isGauge ? AggregationTemporality.DELTA : super.selectAggregationTemporality(instrument);
  }
}
