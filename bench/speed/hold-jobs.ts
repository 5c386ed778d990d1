import type { DataSource } from 'typeorm';

/**
 * Lets no runner take a job from this database, so that what is measured is the request, and not the bookings and e-mails that follow
 * it when they can.
 */
export async function holdJobs(database: DataSource): Promise<void> {
  await database.query(`create function hold_job() returns trigger language plpgsql as 'begin return null; end'`);
  await database.query(
    `create trigger hold_job before update on graphile_worker._private_jobs
     for each row when (old.locked_at is null and new.locked_at is not null) execute function hold_job()`,
  );
}
