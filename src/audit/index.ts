export { AUDIT_CRONTAB, audit, runAuditHandler } from './audit.ts';
export { CHECKS } from './checks.ts';
