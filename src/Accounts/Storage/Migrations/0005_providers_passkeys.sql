-- Who somebody is at Google, Kakao, Naver ...: at most one account of each provider a member, and one member an account.
create table accounts.provider_identity (
  provider     text not null check (provider ~ '^[a-z][a-z0-9]{1,19}$'),
  subject      text not null check (length(subject) between 1 and 255),
  member_id    uuid not null references accounts.member,
  label        text not null check (length(label) between 1 and 254),   -- what the person knows that account by
  created_at   timestamptz not null,
  last_used_at timestamptz not null,
  primary key (provider, subject),
  unique (member_id, provider)
);

-- Somebody whom a provider vouches for, until a code from a mail shows which address, and so perhaps which member, is theirs. As with
-- pending_sign_up it reserves nothing, and is found by a secret that only the browser holds.
create table accounts.pending_provider (
  hash       bytea primary key check (length(hash) = 32),
  provider   text not null,
  subject    text not null,
  nickname   text,                                      -- what the provider calls them
  email      text,                                      -- where the code went; before that, what the provider knows
  language   text not null check (language in ('ko', 'en')),
  return_to  text not null,
  code_hash  bytea check (length(code_hash) = 32),      -- null: no code was asked for yet
  code_until timestamptz,
  tries      smallint not null default 0 check (tries between 0 and 5),
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  check ((code_hash is null) = (code_until is null)),
  check (code_hash is null or email is not null)
);
create index on accounts.pending_provider (expires_at);

-- Keys that a phone or computer keeps for its owner; here is the public half.
create table accounts.passkey (
  credential_id      bytea primary key check (length(credential_id) between 1 and 1023),
  member_id          uuid not null references accounts.member,
  name               text not null check (length(name) between 1 and 60),
  public_key         bytea not null,
  sign_count         bigint not null check (sign_count >= 0),
  transports         text[] not null,
  is_user_verified   boolean not null,
  is_backup_eligible boolean not null,
  is_backed_up       boolean not null,
  attestation_object bytea not null,
  client_data_json   bytea not null,
  created_at         timestamptz not null,
  last_used_at       timestamptz
);
create index on accounts.passkey (member_id);

-- A question that a passkey has to answer: once, and soon.
create table accounts.passkey_challenge (
  hash       bytea primary key check (length(hash) = 32),
  purpose    text not null check (purpose in ('add', 'use')),
  member_id  uuid references accounts.member,           -- whose new passkey; null: whoever can answer
  state      text not null,
  expires_at timestamptz not null
);
create index on accounts.passkey_challenge (expires_at);
