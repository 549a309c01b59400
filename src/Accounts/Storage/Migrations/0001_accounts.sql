create schema accounts;

-- A key is 256 random bits, so a plain SHA-256 keeps it; there is nothing to guess or to salt.
create table accounts.api_key (
  id           uuid primary key,
  name         text not null check (length(name) between 1 and 100),
  hash         bytea not null unique check (length(hash) = 32),
  hint         text not null,                       -- the first letters, to tell keys apart
  scopes       text[] not null check (cardinality(scopes) > 0),
  created_at   timestamptz not null,
  last_used_at timestamptz,
  revoked_at   timestamptz
);

create table accounts.sign_in_link (
  hash       bytea primary key check (length(hash) = 32),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at    timestamptz,
  check (used_at is null or used_at < expires_at)
);

-- A browser that is signed in as the operator.
create table accounts.session (
  id           uuid primary key,
  hash         bytea not null unique check (length(hash) = 32),
  device       text not null,                       -- the browser's own description
  address      text not null,
  created_at   timestamptz not null,
  last_used_at timestamptz not null,
  expires_at   timestamptz not null,
  revoked_at   timestamptz
);
create index on accounts.session (expires_at);
