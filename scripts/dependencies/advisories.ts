import { execFile } from 'node:child_process';

export type Advisories = { answered: false; reason: string } | { answered: true; found: readonly string[] };

/** Worth stopping for. */
const SERIOUS = new Set(['high', 'critical']);

interface AuditReport {
  message?: string;
  vulnerabilities?: Record<string, { severity: string; via: readonly (string | { title: string })[] }>;
}

/**
 * What npm's registry knows against what ships, high and critical. Not every registry can be asked (a mirror answers 405, a
 * machine may have no network): npm ends with 1 then too, as it does where it found something.
 */
export function askAdvisories(directory: string): Promise<Advisories> {
  return new Promise((resolve) => {
    execFile('npm', ['audit', '--omit=dev', '--json'], { cwd: directory }, (_, stdout) => resolve(read(stdout)));
  });
}

function read(stdout: string): Advisories {
  const report = parse(stdout);
  if (report?.vulnerabilities === undefined) return { answered: false, reason: report?.message ?? 'npm said nothing' };
  const serious = Object.entries(report.vulnerabilities).filter(([, { severity }]) => SERIOUS.has(severity));
  return {
    answered: true,
    found: serious.map(([name, { severity, via }]) => `${name}: ${severity}, ${via.map(reasonOf)}`),
  };
}

/** The advisory, or the dependency that has one. */
const reasonOf = (via: string | { title: string }) => (typeof via === 'string' ? via : via.title);

function parse(stdout: string): AuditReport | undefined {
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}
