import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The scope of an audit and its last step, from which the next one may start. A constant default rewrites no row. The previous
 * version's runs are full ones, so the default `whole` is right for them; they have no last step, so no audit starts there.
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
