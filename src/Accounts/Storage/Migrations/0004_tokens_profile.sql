-- A program or phone that a member signed in: what a session is to a browser. Its access tokens live two hours, its refresh token works once and gives the next pair.
create table accounts.token_family (
  id           uuid primary key,
  member_id    uuid not null references accounts.member,
  device       text not null,                       -- the program's own description
  address      text not null,
  created_at   timestamptz not null,
  proved_at    timestamptz not null,
  last_used_at timestamptz not null,
  expires_at   timestamptz not null,
  revoked_at   timestamptz
);
create index on accounts.token_family (member_id) where revoked_at is null;
create index on accounts.token_family (expires_at);

create table accounts.token (
  hash       bytea primary key check (length(hash) = 32),
  family_id  uuid not null references accounts.token_family on delete cascade,
  kind       text not null check (kind in ('access', 'refresh')),
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  used_at    timestamptz,                           -- a refresh token is kept once it was used, so that its second use is noticed
  check (used_at is null or kind = 'refresh')
);
create index on accounts.token (family_id);
-- One refresh token at a time leads on.
create unique index on accounts.token (family_id) where kind = 'refresh' and used_at is null;

-- Where to send things. At most ten a member, one of them the default.
create table accounts.address (
  id         uuid primary key,
  member_id  uuid not null references accounts.member,
  label      text not null check (length(label) between 1 and 30),
  recipient  text not null check (length(recipient) between 1 and 50),
  phone      text not null check (phone ~ '^[0-9]{9,15}$'),
  postcode   text not null check (length(postcode) between 1 and 10),
  line1      text not null check (length(line1) between 1 and 200),
  line2      text check (length(line2) between 1 and 200),
  is_default boolean not null,
  created_at timestamptz not null
);
create index on accounts.address (member_id);
create unique index address_default on accounts.address (member_id) where is_default;

-- A member's wish for another e-mail address, until the code from the mail shows that it is theirs. A new wish takes the place of the old.
create table accounts.email_change (
  member_id  uuid primary key references accounts.member,
  hash       bytea not null check (length(hash) = 32), -- of the secret of who asked
  email      text not null,
  code_hash  bytea check (length(code_hash) = 32),  -- null: the address is another member's, who was told; no code opens this
  tries      smallint not null default 0 check (tries between 0 and 5),
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at)
);
create index on accounts.email_change (expires_at);

-- The operator's list of members, and all of the audit log, newest first.
create index member_newest on accounts.member (created_at desc, id desc);
create index audit_newest on accounts.audit (at desc, id desc);
