export { audit } from './audit.ts';
export { auditAgeGauge, auditViolationsGauge, nextAuditSince, recordAuditRun } from './audit-runs.ts';
export { changesSince, queryOf } from './changes.ts';
export { CHECKS } from './checks/index.ts';
export { AUDIT_CRONTAB, runAuditHandler } from './jobs.ts';
export { AuditRun } from './store/audit-run.entity.ts';
