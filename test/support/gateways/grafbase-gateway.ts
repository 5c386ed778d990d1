import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../../../sandbox/dev/free-port.ts';
import { schemaFile } from '../../../scripts/schema-files.ts';
import { until } from '../app/purchase.ts';
import type { Gateway, Subgraphs } from './gateway.ts';

const PACKAGE = '@grafbase/cli-x86_64-unknown-linux-musl';

/** The gateway of Grafbase's development server, a native program of npm, as docs/gateways.md configures it. */
export async function startGrafbaseGateway(subgraphs: Subgraphs): Promise<Gateway> {
  const directory = await mkdtemp(join(tmpdir(), 'grafbase-gateway-'));
  const config = join(directory, 'grafbase.toml');
  await writeFile(config, configuration(subgraphs));
  const port = await freePort();
  const program = join(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)), 'grafbase');
  const args = ['--home', directory, 'dev', '--config', config, '--port', String(port)];
  const child = spawn(program, args, { cwd: directory, stdio: 'ignore' });
  const ended = once(child, 'exit').then(() => true);
  const url = `http://127.0.0.1:${port}`;
  const isUp = () => fetch(`${url}/graphql`, { method: 'POST' }).then(Boolean, () => false);
  if (await Promise.race([ended, until(isUp, Boolean).then(() => false)])) throw new Error('Grafbase did not start');
  return {
    url,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}

const configuration = ({ organizations, 'self-topup': topup, secret }: Subgraphs) => `
[[headers]]
rule = "forward"
name = "authorization"

[[headers]]
rule = "forward"
name = "x-correlation-id"

[subgraphs.organizations]
schema_path = ${JSON.stringify(schemaFile('neighbours/organizations.graphql'))}
url = ${JSON.stringify(organizations)}

[subgraphs.self-topup]
schema_path = ${JSON.stringify(schemaFile('subgraph.open.graphql'))}
url = ${JSON.stringify(topup)}

[[subgraphs.self-topup.headers]]
rule = "insert"
name = "x-gateway-secret"
value = ${JSON.stringify(secret)}
`;
