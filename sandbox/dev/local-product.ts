import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type ReadyToken, type Sandbox, type SandboxPorts, startSandbox } from '../index.ts';
import { startPostgres } from '../postgres/postgres.ts';
import { startProduct } from './product.ts';

export interface LocalProduct {
  url: string;
  /** The product's settings, also for its commands. */
  environment: Readonly<Record<string, string>> & { DATABASE_URL: string };
  sandbox: Sandbox;
  tokens: readonly ReadyToken[];
}

interface Terms {
  /** The folder with dist/ and seed/. */
  root: string;
  port: number;
  ports?: SandboxPorts;
  allowedHosts?: readonly string[];
  /** The page to which Mekari Pay sends the buyer back. */
  returnUrl: string;
  logLevel: string;
  /** Grows while it starts, so that a signal can stop what runs already; to be stopped in reverse order. */
  stops: (() => Promise<unknown>)[];
  /** Called after each step of the start. */
  report?: (step: string) => void;
  /** Takes the lines of the server's standard output, which go to this process's by default. */
  onLogLine?: (line: string) => void;
  /** Called when the server ends without being asked to. */
  onEnd: (code: number | null) => void;
}

/** Starts an empty PostgreSQL, the neighbours, and the built product on both. */
export async function startLocalProduct(terms: Terms): Promise<LocalProduct> {
  const { root, port, stops, allowedHosts = [], report, onLogLine, ...others } = terms;
  const url = `http://127.0.0.1:${port}`;
  // The port is in the path, so that a second run does not treat this database as an orphan.
  const directory = join(tmpdir(), `self-topup-dev-${basename(root)}-${process.getuid?.() ?? 0}-${port}`);
  const [postgres, sandbox] = await Promise.all([
    startPostgres({ directory }),
    startSandbox({ allowedHosts, ports: others.ports ?? {}, webhookUrl: `${url}/webhooks/mekari-pay` }),
  ]);
  stops.push(postgres.stop, sandbox.stop);
  report?.('PostgreSQL and the neighbours run');
  const environment = {
    ...sandbox.environment(),
    PORT: String(port),
    HOST: '127.0.0.1',
    ALLOWED_HOSTS: ['localhost', '127.0.0.1', ...allowedHosts].join(','),
    PUBLIC_URL: url,
    CHECKOUT_RETURN_URL: others.returnUrl,
    // Receivers of events on this machine.
    EVENT_INTERNAL_HOSTS: '127.0.0.1,localhost',
    // The schema is open in development, for explorers and composers.
    GRAPH_SCHEMA_PUBLIC: 'on',
    LOG_LEVEL: others.logLevel,
  };
  const { product, stop } = await startProduct({
    root,
    url,
    databaseUrl: postgres.url,
    environment,
    onEnd: others.onEnd,
    ...(report && { report }),
    ...(onLogLine && { onLogLine }),
  });
  stops.push(stop);
  sandbox.states.connect(product);
  const settings = { ...environment, DATABASE_URL: postgres.url };
  return { url, environment: settings, sandbox, tokens: await sandbox.auth.readyTokens() };
}
