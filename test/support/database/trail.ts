import type { TestDatabase } from './database.ts';

/** The action trail as lines, in the order in which it was written: "phase via action subject by actor of organization outcome". */
export async function trailOf({ db }: { db: TestDatabase }, actor: string): Promise<string[]> {
  const rows = await db.query<{ line: string }>(
    `select concat_ws(' ', phase, via, action, coalesce(subject, '-'), 'by', actor, 'of', coalesce(organization_id, '-'), outcome) as line
     from action_trail where actor = $1 order by id`,
    [actor],
  );
  return rows.map(({ line }) => line);
}
