import { type Kysely, sql } from 'kysely';

/** What an office phone needs in production: extensions, challenges, dial slots, blocks, limits, the outbox, stories. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // A verification and the job that moves it are no longer the same id: a backend may bring its own job.
  `alter table verification
    add column job_id text,
    add column extension text,
    add column pause_before_s double precision,
    add column pause_after_s double precision,
    add column challenge text not null default 'pound' check (challenge in ('pound', 'numberMatch', 'pin')),
    add column challenge_digits text,
    add column line_number text,
    add column slot_at timestamptz,
    add column redials int not null default 0`,
  `alter table verification drop constraint verification_purpose_check`,
  `alter table verification add constraint verification_purpose_check
    check (purpose in ('register', 'signIn', 'testExtension'))`,
  'create index verification_job on verification (job_id) where job_id is not null',
  'alter table phone_method add column extension text',
  'alter table call_attempt add column rang_at timestamptz',
  `create table policy_version (
    tenant_id text not null references tenant,
    version int not null,
    document jsonb not null,
    created_at timestamptz not null,
    primary key (tenant_id, version))`,
  'alter table tenant add column policy_version int not null default 1',
  `insert into policy_version (tenant_id, version, document, created_at)
    select id, policy_version, policy, created_at from tenant`,
  `create table user_profile (
    tenant_id text not null references tenant,
    user_id text not null,
    locale text,
    pin_hash text,
    pin_hash_key_id text,
    updated_at timestamptz not null,
    primary key (tenant_id, user_id))`,
  `create table user_block (
    tenant_id text not null references tenant,
    user_id text not null,
    reason text not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    primary key (tenant_id, user_id))`,
  `create table caller_line (
    number text primary key,
    next_free_at timestamptz not null,
    last_dialed_at timestamptz)`,
  `create table line_share (
    line_number text not null,
    tenant_id text not null references tenant,
    next_free_at timestamptz not null,
    primary key (line_number, tenant_id))`,
  `create table rate_count (
    key text primary key,
    window_ends_at timestamptz not null,
    count int not null)`,
  `create table pbx_profile (
    id uuid primary key,
    tenant_id text not null references tenant,
    switchboard_number text not null,
    pause_before_s double precision not null,
    pause_after_s double precision not null,
    unique (tenant_id, switchboard_number))`,
  `create table webhook_endpoint (
    tenant_id text primary key references tenant,
    url text not null,
    sealed_secret text not null,
    previous_sealed_secret text,
    previous_until timestamptz,
    updated_at timestamptz not null)`,
  `create table outbox (
    id uuid primary key,
    tenant_id text not null references tenant,
    verification_id uuid references verification,
    sequence bigint generated always as identity,
    type text not null,
    payload jsonb not null,
    created_at timestamptz not null,
    next_attempt_at timestamptz not null,
    attempts int not null default 0,
    last_error text,
    resent_at timestamptz,
    delivered_at timestamptz,
    dead_at timestamptz)`,
  `create index outbox_due on outbox (tenant_id, next_attempt_at)
    where delivered_at is null and dead_at is null`,
  'create index outbox_verification on outbox (verification_id, sequence)',
  // Every change of state is told exactly once, whoever made it: see the triggers below. Whoever tells holds an
  // advisory lock until the commit: otherwise an event could become visible after a later one, and a reader that
  // goes on from the last id it saw would never see it. It is the last lock a statement waits for, so none can
  // deadlock: the foreign key's check comes later, but waits only for `for update` of a verification, which nobody does.
  `create table verification_event (
    id bigint generated always as identity primary key,
    verification_id uuid not null references verification,
    type text not null,
    data jsonb not null default '{}',
    at timestamptz not null)`,
  'create index verification_event_verification on verification_event (verification_id, id)',
  `create function tell_of_verification() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(hashtextextended(new.id::text, 0));
      insert into verification_event (verification_id, type, data, at)
      values (new.id, new.state, jsonb_strip_nulls(jsonb_build_object('outcome', new.outcome, 'attemptId', new.attempt_id,
        'errorCode', new.error_code)), clock_timestamp());
      return null;
    end $$`,
  `create trigger verification_requested after insert on verification
    for each row execute function tell_of_verification()`,
  `create trigger verification_moved after update on verification for each row
    when (old.state is distinct from new.state or old.attempt_id is distinct from new.attempt_id)
    execute function tell_of_verification()`,
  `create function tell_of_prompt() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(hashtextextended(new.verification_id::text, 0));
      insert into verification_event (verification_id, type, data, at)
      values (new.verification_id, 'prompt', jsonb_build_object('prompt', new.prompt, 'attemptId', new.id), clock_timestamp());
      return null;
    end $$`,
  `create trigger call_attempt_prompted after update on call_attempt for each row
    when (old.round is distinct from new.round) execute function tell_of_prompt()`,
];
