-- Somebody's wish to become a member, until the code from the mail shows that the address is theirs. It reserves nothing: whoever confirms first has
-- the address, the login id, the nickname. Found by a secret that only the browser holds that signed up, so that nobody puts a password of
-- their own under another's sign-up, or guesses at another's code.
create table accounts.pending_sign_up (
  hash          bytea primary key check (length(hash) = 32),
  email         text not null,
  login_id      text not null check (login_id ~ '^[a-z0-9][a-z0-9._-]{3,19}$'),
  nickname      text not null check (length(nickname) between 2 and 10),
  name          text not null check (length(name) between 1 and 50),
  phone         text not null check (phone ~ '^[0-9]{9,15}$'),
  password_hash text not null,
  language      text not null check (language in ('ko', 'en')),
  postcode      text check (length(postcode) between 1 and 10),
  address_line1 text check (length(address_line1) between 1 and 200),
  address_line2 text check (length(address_line2) between 1 and 200),
  code_hash     bytea check (length(code_hash) = 32),      -- null: the address belongs to a member, who was told; no code opens this
  code_until    timestamptz not null,
  tries         smallint not null default 0 check (tries between 0 and 5),
  created_at    timestamptz not null,
  expires_at    timestamptz not null check (expires_at > created_at),
  check ((postcode is null) = (address_line1 is null)),
  check (address_line2 is null or address_line1 is not null)
);
create index on accounts.pending_sign_up (expires_at);

-- A code mailed to show that an address is theirs, by those who forgot their login id or password. Found, as above, by a secret of the browser that asked.
create table accounts.mailed_code (
  hash       bytea primary key check (length(hash) = 32),
  purpose    text not null check (purpose in ('login_id', 'password')),
  email      text not null,
  member_id  uuid references accounts.member,            -- null: nobody has this address, and no code opens this
  code_hash  bytea check (length(code_hash) = 32),
  address    text not null,                              -- the network address that asked
  tries      smallint not null default 0 check (tries between 0 and 5),
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  check ((member_id is null) = (code_hash is null))
);
create index on accounts.mailed_code (member_id);
create index on accounts.mailed_code (expires_at);

-- How much somebody may still do: until when what they did has used their allowance up. Keys are hashes, so that no address stands here.
-- Unlogged: a crash of the server forgives, and nothing else is lost.
create unlogged table accounts.allowance (
  key        bytea primary key check (length(key) = 32),
  used_until timestamptz not null
);
create index on accounts.allowance (used_until);

create unlogged table accounts.sign_in_failure (
  key      bytea primary key check (length(key) = 32),
  failures int not null check (failures > 0),
  last_at  timestamptz not null
);
create index on accounts.sign_in_failure (last_at);
