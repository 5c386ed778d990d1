import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseEnv } from 'node:util';
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
    const settings = parseEnv(read('deploy/kubernetes/settings.env')) as Record<string, string>;
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

describe('references between the manifests', () => {
  const manifest = (name: string) => parse(read(`deploy/kubernetes/${name}.yaml`));
  const [deployment, service] = [manifest('deployment'), manifest('service')];
  const { metadata, spec: pod } = deployment.spec.template;
  const [server] = pod.containers;

  test('pods are found by their labels', () => {
    for (const selector of [
      deployment.spec.selector.matchLabels,
      service.spec.selector,
      manifest('disruption').spec.selector.matchLabels,
      manifest('network-policy').spec.podSelector.matchLabels,
    ])
      expect(selector).toEqual(metadata.labels);
    expect(manifest('service-monitor').spec.selector.matchLabels).toEqual(service.metadata.labels);
    expect(manifest('autoscaler').spec.scaleTargetRef).toMatchObject({
      kind: 'Deployment',
      name: deployment.metadata.name,
    });
  });

  test('ports are found by their names', () => {
    const [{ name, containerPort }] = server.ports;
    expect(containerPort).toBe(4000);
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
      expect(server[probe].httpGet.port).toBe(name);
    expect(service.spec.ports[0].targetPort).toBe(name);
    expect(manifest('service-monitor').spec.endpoints[0].port).toBe(service.spec.ports[0].name);
    expect(manifest('network-policy').spec.ingress[0].ports[0].port).toBe(containerPort);
  });

  test('settings come from the generated config map, and secrets by reference alone', () => {
    const { configMapGenerator } = manifest('kustomization');
    expect(server.envFrom[0].configMapRef.name).toBe(configMapGenerator[0].name);
    for (const container of [server, ...manifest('migrate').spec.template.spec.containers]) {
      expect(container.env).toBeUndefined();
      expect(container.envFrom).toContainEqual({ secretRef: { name: 'self-topup' } });
    }
  });

  test('a pod may end within its grace: the pause before the signal, and ten seconds for the server', () => {
    const pause = Number(server.lifecycle.preStop.exec.command[1]);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(pause + 10);
  });

  test("the rules of Prometheus' operator are those of Prometheus: `npm run rules`", () => {
    const groups = ['alerts', 'slo'].flatMap((file) => parse(read(`deploy/prometheus/${file}.yml`)).groups);
    expect(groups.length).toBeGreaterThanOrEqual(5);
    expect(manifest('prometheus-rule').spec.groups).toEqual(groups);
  });
});

describe('the start of the server', () => {
  /** V8's own flags cannot stand in NODE_OPTIONS, so each place that starts the server repeats them. */
  const flags = [...packageJson.scripts.start.matchAll(/--[\w-]+=\d+/g)].map(([flag]) => flag);

  test('is bounded as by npm start in the image and in the systemd unit', () => {
    expect(flags).toHaveLength(3);
    const image = JSON.parse([...read('Dockerfile').matchAll(/^CMD (\[.+\])$/gm)].at(-1)?.[1] ?? '[]');
    expect(image).toEqual(['node', ...flags, 'dist/server/main.js']);
    expect(read('deploy/systemd/self-topup.service')).toContain(`/node ${flags.join(' ')} dist/server/main.js\n`);
  });
});

describe('the compose file', () => {
  const { services } = parse(read('compose.yml'), { merge: true });

  test('starts the server after the migration', () => {
    expect(services.migrate.command).toEqual(['self-topup', 'migrate']);
    expect(services.server.depends_on.migrate.condition).toBe('service_completed_successfully');
    expect(services.server.environment).toMatchObject({
      DATABASE_URL: expect.stringContaining('@postgres:5432/self_topup'),
    });
  });

  test('runs neighbours only in the profile sandbox, and shows their ports to this machine alone', () => {
    const ofSandbox = Object.keys(services).filter((name) => services[name].profiles?.includes('sandbox'));
    expect(ofSandbox).toEqual(['sandbox', 'catalogue', 'flags']);
    expect(services.server.ports).toEqual(['4000:4000', '127.0.0.1:4101-4106:4101-4106']);
  });

  test("takes the sandbox's settings from a file that makes a valid environment", () => {
    const settings = parseEnv(read('sandbox/compose.env'));
    const { DATABASE_URL, REDIS_URL } = services.server.environment;
    expect(() => loadConfig({ ...settings, DATABASE_URL, REDIS_URL } as Record<string, string>)).not.toThrow();
    expect(services.server.env_file).toMatch(/^\$\{ENV_FILE:-\.env\}$/);
    expect(settings['ENV_FILE']).toBe('sandbox/compose.env');
  });
});
