/**
 * Emits deploy/kubernetes/prometheus-rule.yaml: the rules of deploy/prometheus/ as a resource of Prometheus' operator, because Kustomize cannot
 * put a file into a resource of another kind. A unit test compares them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const deploy = join(import.meta.dirname, '..', 'deploy');
const groupsOf = (file: string) => parse(readFileSync(join(deploy, 'prometheus', file), 'utf8')).groups;

const manifest = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'self-topup' },
  spec: { groups: ['alerts.yml', 'slo.yml'].flatMap(groupsOf) },
};
const head = "# Generated from ../prometheus/ by `npm run rules`; do not edit. For Prometheus' operator.\n";
writeFileSync(join(deploy, 'kubernetes', 'prometheus-rule.yaml'), head + stringify(manifest, { lineWidth: 0 }));
