export { AUDIT_CRONTAB, audit, runAuditHandler, type Violation } from './audit.ts';
export { CHECKS } from './checks.ts';
