import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../../package.json' with { type: 'json' };
import { loadConfig } from '../../../src/config.ts';
import { root } from '../../support/processes/built.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const manifests = globSync('deploy/kubernetes/*.yaml', { cwd: root })
  .filter((path) => basename(path) !== 'kustomization.yaml')
  .sort();

interface Manifest {
  apiVersion: string;
  kind: string;
}
type Model = new (manifest: unknown) => { validate(): void };

async function validate(manifest: Manifest): Promise<void> {
  const isOperators = manifest.apiVersion.startsWith('monitoring.coreos.com/');
  const models = isOperators ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models';
  const { [manifest.kind]: Model } = (await import(`${models}/${manifest.apiVersion}`)) as Record<string, Model>;
  if (Model === undefined) throw new Error(`there is no kind ${manifest.kind} in ${manifest.apiVersion}`);
  new Model(manifest).validate();
}

describe('manifests for Kubernetes', () => {
  test.each(manifests)('%s fits its schema', async (path) => {
    await validate(parse(read(path)));
  });

  test('a manifest that does not fit its schema is refused', async () => {
    const deployment = parse(read('deploy/kubernetes/deployment.yaml'));
    deployment.spec.template.spec.containers[0].ports[0].containerPort = 'http';
    await expect(validate(deployment)).rejects.toThrow('containerPort');
  });

  test('the kustomization lists each of them', () => {
    const { resources } = parse(read('deploy/kubernetes/kustomization.yaml'));
    expect([...resources].sort()).toEqual(manifests.map((path) => basename(path)));
  });

  test.each(['deploy/kubernetes/deployment.yaml', 'deploy/kubernetes/migrate.yaml'])(
    '%s runs as nobody on a file system that it cannot write to',
    (path) => {
      const { securityContext, containers } = parse(read(path)).spec.template.spec;
      expect(securityContext.runAsNonRoot).toBe(true);
      for (const container of containers)
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
    },
  );

  test('its settings and the secrets that it names make a valid environment', () => {
    const settings = Object.fromEntries(
      read('deploy/kubernetes/settings.env')
        .split('\n')
        .filter(Boolean)
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const secrets = {
      DATABASE_URL: 'postgres://postgres/self_topup',
      MEKARI_CLIENT_ID: 'id',
      MEKARI_CLIENT_SECRET: 'secret',
      MEKARI_PAY_WEBHOOK_SECRET: 'whsec_c2VjcmV0LXNlY3JldA==',
      SMTP_URL: 'smtp://mail:25',
    };
    expect(() => loadConfig({ ...settings, ...secrets })).not.toThrow();
    for (const name of Object.keys(secrets)) expect(read('deploy/kubernetes/kustomization.yaml')).toContain(name);
  });
});

describe('the start of the server', () => {
  /** V8's own flags cannot stand in NODE_OPTIONS, so each place that starts the server repeats them. */
  const flags = [...packageJson.scripts.start.matchAll(/--[\w-]+=\d+/g)].map(([flag]) => flag);

  test('is bounded as by npm start in the image and in the systemd unit', () => {
    expect(flags).toHaveLength(3);
    const image = JSON.parse(/^CMD (\[.+\])$/m.exec(read('Dockerfile'))?.[1] ?? '[]');
    expect(image).toEqual(['node', ...flags, 'dist/server/main.js']);
    expect(read('deploy/systemd/self-topup.service')).toContain(`/node ${flags.join(' ')} dist/server/main.js\n`);
  });
});

test('the compose file starts the server after the migration', () => {
  const { services } = parse(read('compose.yml'), { merge: true });
  expect(services.migrate.command).toEqual(['self-topup', 'migrate']);
  expect(services.server.depends_on.migrate.condition).toBe('service_completed_successfully');
  expect(services.server.environment).toMatchObject({
    DATABASE_URL: expect.stringContaining('@postgres:5432/self_topup'),
  });
});
