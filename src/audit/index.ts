export { AUDIT_CRONTAB, runAuditHandler } from './audit.job.ts';
export { audit } from './audit.ts';
export { AuditRun } from './audit-run.entity.ts';
export { auditAgeGauge, auditViolationsGauge, noteAuditRun } from './audit-runs.ts';
export { CHECKS } from './checks.ts';
