import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** One exported span, with its context. */
export interface ExportedSpan {
  name: string;
  traceId: string;
  spanId: string;
  /** Empty for the first of a trace. */
  parentSpanId: string;
  /** Nanoseconds since 1970. */
  start: bigint;
  end: bigint;
  /** OTLP's: 1 internal, 2 server, 3 client, 5 consumer. */
  kind: number;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  /** 2 is an error. */
  statusCode: number;
}

export type Manner = 'takes' | 'hangs' | 'talks nonsense' | 'refuses the spans';

export interface Collector {
  url: string;
  /** All received bytes. */
  readonly received: string;
  /** The number of attempts to send. */
  readonly attempts: number;
  spans(): ExportedSpan[];
  stop(): Promise<void>;
}

interface OtlpSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  kind: number;
  attributes: { key: string; value: Record<string, unknown> }[];
  links?: { traceId: string; spanId: string }[];
  status?: { code?: number };
}

interface OtlpBody {
  resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[];
}

/** An OpenTelemetry collector for our exporter: OTLP over HTTP, JSON, at /v1/traces. */
export async function startCollector(manner: Manner = 'takes'): Promise<Collector> {
  const bodies: string[] = [];
  let attempts = 0;
  const server = http.createServer((request, response) => {
    attempts += 1;
    if (manner === 'hangs') return;
    if (manner === 'talks nonsense') return void request.socket.end('This is not HTTP.\r\n\r\n');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (manner === 'refuses the spans') return void response.writeHead(400).end('<html>no</html>');
      if (request.method !== 'POST' || request.url !== '/v1/traces') return void response.writeHead(404).end();
      bodies.push(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get received() {
      return bodies.join('\n');
    },
    get attempts() {
      return attempts;
    },
    spans: () => bodies.flatMap((body) => spansOf(JSON.parse(body))),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function spansOf({ resourceSpans }: OtlpBody): ExportedSpan[] {
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans);
  return spans.map(({ name, traceId, spanId, kind, parentSpanId = '', attributes, links = [], status, ...times }) => ({
    name,
    traceId,
    spanId,
    parentSpanId,
    start: BigInt(times.startTimeUnixNano),
    end: BigInt(times.endTimeUnixNano),
    kind,
    links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
    statusCode: status?.code ?? 0,
    attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
  }));
}

/** The names from the trace's first span down to this one, as far as they were exported. */
export function pathOf(span: ExportedSpan, spans: readonly ExportedSpan[]): string {
  const parent = spans.find(({ spanId, traceId }) => spanId === span.parentSpanId && traceId === span.traceId);
  return parent === undefined ? span.name : `${pathOf(parent, spans)} > ${span.name}`;
}
