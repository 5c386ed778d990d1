import type { DataSource, QueryRunner } from 'typeorm';

/**
 * The roles that connections take when they connect, whatever their login. Roles belong to the whole server, so their
 * names carry the product's.
 */
export const ROLES = {
  /** Serves a caller's request: sees the rows of one organization, and can neither credit nor rewrite anything. */
  runtime: 'self_topup_runtime',
  /** Runs jobs, webhooks and operators' commands: sees every organization, owns nothing. */
  background: 'self_topup_background',
  /** Runs migrations: owns the tables and the queue. */
  migrator: 'self_topup_migrator',
} as const;

/** Returns the URL for connections that take the role when they connect, and return to it on a reset. */
export function asRole(url: string, role: string): string {
  return withParameter(url, 'role', role);
}

/** Returns the URL for connections with this setting of PostgreSQL. */
export function withParameter(url: string, name: string, value: string): string {
  const changed = new URL(url);
  const existing = changed.searchParams.get('options');
  changed.searchParams.set('options', [existing, `-c ${name}=${value}`].filter(Boolean).join(' '));
  return changed.toString();
}

/** Returns true if a connection was refused because its role does not exist, or the login may not take it. */
export function isMissingRole(error: Error & { code?: string }): boolean {
  return (error.code === '22023' || error.code === '42501') && error.message.includes('role');
}

const list = Object.values(ROLES).map((role) => `'${role}'`);

/** Ignores a duplicate: another database of the same server may be creating the roles concurrently. */
const CREATE_ROLES = `do $$
declare
  name text;
begin
  foreach name in array array[${list.join(', ')}] loop
    if not exists (select from pg_roles where rolname = name) then
      begin
        execute format('create role %I nologin', name);
      exception when duplicate_object or unique_violation then null;
      end;
    end if;
    begin
      execute format('set local role %I', name);
      set local role none;
    exception when insufficient_privilege then
      execute format('grant %I to %I', name, session_user);
    end;
  end loop;
end $$`;

const MIGRATOR_MAY_CREATE = `do $$
begin
  if not has_database_privilege('${ROLES.migrator}', current_database(), 'create') then
    execute format('grant create on database %I to ${ROLES.migrator}', current_database());
  end if;
  if not has_schema_privilege('${ROLES.migrator}', current_schema(), 'create') then
    execute format('grant usage, create on schema %I to ${ROLES.migrator}', current_schema());
  end if;
end $$`;

/**
 * Everybody may create temporary tables and, before PostgreSQL 15, tables in the schema public: such a table could
 * shadow one of ours. If the login may not revoke this, the database is shared, and stays as it is.
 */
const NOBODY_ELSE_CREATES = `do $$
begin
  execute format('revoke temporary on database %I from public', current_database());
  execute format('revoke create on schema %I from public', current_schema());
exception when insufficient_privilege then null;
end $$`;

/**
 * Objects that predate the roles belong to the login that ran the migrations. The database is the product's own, so
 * everything in it moves to the migrator, except the objects of extensions. An identity column's sequence follows its
 * table.
 */
const OTHERS_OWN_SCHEMA = `
  select 'alter schema graphile_worker owner to ${ROLES.migrator}' as command from pg_namespace n
  where n.nspname = 'graphile_worker' and n.nspowner <> '${ROLES.migrator}'::regrole`;
const OTHERS_OWN = `
  select format('alter table %s owner to ${ROLES.migrator}', c.oid::regclass) as command from pg_class c
  where c.relnamespace in (current_schema()::regnamespace, to_regnamespace('graphile_worker')) and c.relkind in ('r', 'p', 'v')
    and c.relowner <> '${ROLES.migrator}'::regrole and pg_has_role(session_user, c.relowner, 'member')
    and not exists (select from pg_depend where objid = c.oid and deptype = 'e')
  union all
  select format('alter routine %s owner to ${ROLES.migrator}', p.oid::regprocedure) from pg_proc p
  where p.pronamespace in (current_schema()::regnamespace, to_regnamespace('graphile_worker'))
    and p.proowner <> '${ROLES.migrator}'::regrole and pg_has_role(session_user, p.proowner, 'member')
    and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
  union all
  select format('alter type %s owner to ${ROLES.migrator}', t.oid::regtype) from pg_type t
  join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
  where t.typnamespace = to_regnamespace('graphile_worker') and t.typowner <> '${ROLES.migrator}'::regrole
    and pg_has_role(session_user, t.typowner, 'member')`;

const MAY_NOT = '42501';

/** Runs as the login before each migration. Idempotent. */
export async function prepareRoles(session: QueryRunner): Promise<void> {
  try {
    for (const statement of [CREATE_ROLES, MIGRATOR_MAY_CREATE, NOBODY_ELSE_CREATES]) await session.query(statement);
    // The schema first, because the new owner of a table must be able to create one there. Each statement by itself: no transaction
    // holds the lock of one table while it waits for another.
    for (const query of [OTHERS_OWN_SCHEMA, OTHERS_OWN])
      for (const { command } of (await session.query(query)) as { command: string }[]) await session.query(command);
  } catch (error) {
    if ((error as { code?: string }).code !== MAY_NOT) throw error;
    const [{ login }] = (await session.query('select session_user as login')) as [{ login: string }];
    throw new Error(
      `The login "${login}" may not set up the product's roles: ${(error as Error).message}. An administrator can, once: ` +
        `create role ${Object.values(ROLES).join('; create role ')}; grant ${Object.values(ROLES).join(', ')} to "${login}";`,
      { cause: error },
    );
  }
}

/** Throws if the roles lack the rights that the migrations gave them, as after a restore that left those out. */
export async function assertRights(database: DataSource): Promise<void> {
  const [row] = (await database.query(
    `select has_table_privilege('${ROLES.background}', 'topup_orders', 'select')
        and has_table_privilege('${ROLES.runtime}', 'topup_orders', 'select')
        and has_schema_privilege('${ROLES.background}', 'graphile_worker', 'usage') as granted`,
  )) as { granted: boolean }[];
  if (row?.granted === true) return;
  throw new Error(
    'The tables are there, but the roles may not read them: this dump was restored without its rights. Restore it into an empty ' +
      'database after `npm run migrate -- --prepare`, and leave --no-privileges and --no-acl out of pg_restore and pg_dump.',
  );
}

/**
 * Opens the job queue's tables, which the library reserves for their owner, to the background role. Runs as the
 * migrator after each migration of the library, so that new tables are included.
 */
export async function letBackgroundWork(session: QueryRunner): Promise<void> {
  await session.query(`do $$
declare
  name text;
begin
  for name in
    select format('%I.%I', schemaname, tablename) from pg_tables t where schemaname = 'graphile_worker'
    and not exists (select from pg_policies p where (p.schemaname, p.tablename) = (t.schemaname, t.tablename))
  loop
    execute format('create policy background on %s to ${ROLES.background} using (true) with check (true)', name);
  end loop;
end $$`);
  await session.query(`grant usage on schema graphile_worker to ${ROLES.background}`);
  for (const kind of ['tables', 'sequences', 'routines']) {
    await session.query(`grant all on all ${kind} in schema graphile_worker to ${ROLES.background}`);
  }
}

/** Returns true if the role of this connection has the right that a runner of jobs needs first. */
export async function mayTakeJobs(database: DataSource): Promise<boolean> {
  const [row] = (await database.query(
    `select has_schema_privilege('graphile_worker', 'usage')
        and has_table_privilege('graphile_worker._private_jobs', 'update') as granted`,
  )) as { granted: boolean }[];
  return row?.granted === true;
}
