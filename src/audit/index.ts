export { audit, auditTask, type Violation } from './audit.ts';
export { CHECKS } from './checks.ts';
