import type { QueryRunner } from 'typeorm';

/**
 * Whom a connection acts as. Each takes its role when it connects, whoever logged in. Roles belong to the whole server, so
 * their names carry the product's.
 */
export const ROLES = {
  /** A caller's request: sees the rows of one organization, and can neither credit nor rewrite anything. */
  runtime: 'self_topup_runtime',
  /** Jobs, webhook, operators' commands: sees every organization, owns nothing. */
  background: 'self_topup_background',
  /** Owns the tables and the queue: migrations alone. */
  migrator: 'self_topup_migrator',
} as const;

/** The same URL for connections that take the role as they connect, and go back to it when they are reset. */
export function asRole(url: string, role: string): string {
  const withRole = new URL(url);
  const given = withRole.searchParams.get('options');
  withRole.searchParams.set('options', [given, `-c role=${role}`].filter(Boolean).join(' '));
  return withRole.toString();
}

/** Whether a connection was refused because its role is not there, or is not the login's to take. */
export function isMissingRole(error: Error & { code?: string }): boolean {
  return (error.code === '22023' || error.code === '42501') && error.message.includes('role');
}

const list = Object.values(ROLES).map((role) => `'${role}'`);

/** Another database of the same server may be creating them at this moment. */
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
 * Everybody may make temporary tables, and before PostgreSQL 15 tables in the schema public: one that has the name of ours would stand in
 * its place. Where the login may not take that away, the database is not its own, and stays as it is.
 */
const NOBODY_ELSE_CREATES = `do $$
begin
  execute format('revoke temporary on database %I from public', current_database());
  execute format('revoke create on schema %I from public', current_schema());
exception when insufficient_privilege then null;
end $$`;

/**
 * What an installation made before there were roles belongs to whoever ran its migrations. The database is the product's own,
 * so all that is in it goes to the migrator, but for what an extension brought. An identity column's sequence follows its table.
 */
const MIGRATOR_OWNS = `do $$
declare
  command text;
begin
  for command in
    select format('alter table %s owner to ${ROLES.migrator}', c.oid::regclass) from pg_class c
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
      and pg_has_role(session_user, t.typowner, 'member')
    union all
    select 'alter schema graphile_worker owner to ${ROLES.migrator}' from pg_namespace n
    where n.nspname = 'graphile_worker' and n.nspowner <> '${ROLES.migrator}'::regrole
  loop
    execute command;
  end loop;
end $$`;

/** As whoever logged in, before each migration: what is there already is left alone. */
export async function prepareRoles(session: QueryRunner): Promise<void> {
  try {
    for (const statement of [CREATE_ROLES, MIGRATOR_MAY_CREATE, NOBODY_ELSE_CREATES, MIGRATOR_OWNS])
      await session.query(statement);
  } catch (error) {
    const [{ login }] = (await session.query('select session_user as login')) as [{ login: string }];
    throw new Error(
      `The login "${login}" may not set up the product's roles: ${(error as Error).message}. An administrator can, once: ` +
        `create role ${Object.values(ROLES).join('; create role ')}; grant ${Object.values(ROLES).join(', ')} to "${login}";`,
      { cause: error },
    );
  }
}

/**
 * The job queue's tables are the library's, which leaves them to their owner alone. As the migrator, after each migration of the
 * library: a table that it adds is the background's too.
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
