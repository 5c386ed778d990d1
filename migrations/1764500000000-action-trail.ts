import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The trail of actions. A new table blocks nobody. Constraints bound the length of every text. */
const table = [
  `create table action_trail (
  id bigint generated always as identity not null,
  action_id uuid not null,
  phase text not null,
  at timestamptz(3) not null,
  actor text not null,
  via text not null,
  organization_id text,
  action text not null,
  subject text,
  outcome text,
  correlation_id text not null,
  constraint action_trail_pkey primary key (id),
  constraint action_trail_action_phase_key unique (action_id, phase),
  constraint action_trail_phase_check check (phase in ('asked', 'answered', 'refused')),
  constraint action_trail_via_check check (via in ('mutation', 'command')),
  constraint action_trail_outcome_check check ((outcome is null) = (phase = 'asked')),
  constraint action_trail_length_check check (length(actor) between 1 and 255 and length(action) <= 100
    and length(subject) <= 300 and length(outcome) <= 300 and length(correlation_id) <= 64)
)`,
  `create index action_trail_subject_idx on action_trail (subject)`,
  `create index action_trail_at_idx on action_trail (at)`,
  `create trigger action_trail_append_only before update or delete on action_trail
  for each row execute function refuse_change()`,
  `create trigger action_trail_no_truncate before truncate on action_trail
  for each statement execute function refuse_change()`,
];

/** A caller's request adds entries of its own organization, or of none if the caller has none. It reads no entry. */
const OWN = `organization_id is not distinct from nullif(current_setting('self_topup.organization_id', true), '')`;

const access = [
  `grant insert on action_trail to self_topup_runtime`,
  `grant insert, select on action_trail to self_topup_background`,
  `alter table action_trail enable row level security`,
  `alter table action_trail force row level security`,
  `create policy own_rows on action_trail for insert to self_topup_runtime with check (${OWN})`,
  `create policy all_rows on action_trail to self_topup_background, self_topup_migrator using (true) with check (true)`,
];

export class ActionTrail1764500000000 implements MigrationInterface {
  name = 'ActionTrail1764500000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [...table, ...access]) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table action_trail');
  }
}
