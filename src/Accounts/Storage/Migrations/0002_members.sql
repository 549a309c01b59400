-- People. What is null was never given; a deleted member keeps the row, and with it others' history, without the person.
create table accounts.member (
  id                 uuid primary key,
  login_id           text unique check (login_id ~ '^[a-z0-9][a-z0-9._-]{3,19}$'),
  email              text,                          -- as it was typed; confirmed, or there would be no member
  nickname           text not null check (length(nickname) between 1 and 30),
  name               text,
  phone              text unique check (phone ~ '^[0-9]{9,15}$'),
  password_hash      text,                          -- null for one who only comes by a provider or a passkey
  language           text not null default 'ko' check (language in ('ko', 'en')),
  picture            uuid,                          -- an image
  role               text not null default 'member' check (role in ('member', 'operator')),
  created_at         timestamptz not null,
  suspended_at       timestamptz,
  suspended_until    timestamptz,                   -- null while suspended: until the operator reinstates
  suspended_reason   text,
  deleted_at         timestamptz,
  check ((suspended_at is null) = (suspended_reason is null)),
  check (suspended_until is null or suspended_until > suspended_at),
  check (deleted_at is not null or email is not null),
  check (deleted_at is null or (email is null and login_id is null and phone is null and name is null and password_hash is null and picture is null))
);
-- One account an address, and one a nickname, however they are capitalised.
create unique index member_email on accounts.member (lower(email));
create unique index member_nickname on accounts.member (lower(nickname)) where deleted_at is null;

-- Null: the operator who came by a one-time link.
alter table accounts.session add column member_id uuid references accounts.member;
alter table accounts.session add column proved_at timestamptz;
update accounts.session set proved_at = created_at;
alter table accounts.session alter column proved_at set not null;
create index on accounts.session (member_id) where revoked_at is null;

-- What those with power did, and what people did to their own accounts. Nobody changes it, the application not either.
create table accounts.audit (
  id         uuid primary key,
  at         timestamptz not null,
  actor_id   uuid,                                  -- a member; null: the operator by a one-time link, a key, or the program itself
  actor      text not null,                         -- who that was, in words, at that time
  action     text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
  subject_id uuid,                                  -- whom or what it was done to
  detail     jsonb not null default '{}'
);
create index on accounts.audit (subject_id, id desc);
create index on accounts.audit (actor_id, id desc);

create function accounts.audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'accounts.audit is append-only';
end $$;
create trigger audit_is_append_only before update or delete on accounts.audit
  for each row execute function accounts.audit_is_append_only();
create trigger audit_is_not_truncated before truncate on accounts.audit
  for each statement execute function accounts.audit_is_append_only();
