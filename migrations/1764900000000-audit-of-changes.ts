import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How far an audit looked, and whether at everything: the next one may begin there. A constant default rewrites nothing; a run
 * that the version before writes says `whole`, which it is, and not how far, so that nothing begins at it.
 */
export class AuditOfChanges1764900000000 implements MigrationInterface {
  name = 'AuditOfChanges1764900000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`set local lock_timeout = '10s'`);
    await queryRunner.query(`
      alter table audit_runs
        add column scope text not null default 'whole',
        add column last_step bigint,
        add constraint audit_runs_scope_check check (scope in ('whole', 'changed'))`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`alter table audit_runs drop column scope, drop column last_step`);
  }
}
