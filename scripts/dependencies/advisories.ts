import { execFile } from 'node:child_process';

export type Advisories = { answered: false; reason: string } | { answered: true; found: readonly string[] };

/** The severities that fail the check. */
const SERIOUS = new Set(['high', 'critical']);

interface AuditReport {
  message?: string;
  vulnerabilities?: Record<string, { severity: string; via: readonly (string | { title: string })[] }>;
}

/**
 * Asks npm's registry for serious advisories of production dependencies. Some registries cannot answer (a mirror answers 405,
 * a machine may have no network). Reads the report, because npm exits with 1 in both cases.
 */
export function askAdvisories(directory: string): Promise<Advisories> {
  return new Promise((resolve) => {
    execFile('npm', ['audit', '--omit=dev', '--json'], { cwd: directory }, (_, stdout) => resolve(read(stdout)));
  });
}

function read(stdout: string): Advisories {
  const report = parse(stdout);
  if (report?.vulnerabilities === undefined)
    return { answered: false, reason: report?.message ?? 'npm printed no report' };
  const serious = Object.entries(report.vulnerabilities).filter(([, { severity }]) => SERIOUS.has(severity));
  return {
    answered: true,
    found: serious.map(([name, { severity, via }]) => `${name}: ${severity}, ${via.map(reasonOf)}`),
  };
}

/** Returns the advisory's title, or the name of the dependency that has it. */
const reasonOf = (via: string | { title: string }) => (typeof via === 'string' ? via : via.title);

function parse(stdout: string): AuditReport | undefined {
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}
