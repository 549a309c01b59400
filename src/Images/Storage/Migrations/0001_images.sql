create schema images;

create table images.image (
  id              uuid primary key,
  name            text not null check (octet_length(name) between 1 and 255),
  type            text not null check (type in ('image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/heic', 'image/gif', 'image/tiff')),
  width           int not null check (width > 0),                -- upright, of one frame
  height          int not null check (height > 0),
  frames          int not null check (frames > 0),
  has_alpha       boolean not null,
  bytes           bigint not null check (bytes > 0),
  digest          bytea not null check (length(digest) = 32),    -- SHA-256 of the original
  cache_seconds   int not null check (cache_seconds >= 0),
  sizes           int[] not null,                                -- long edges to prepare
  status          text not null check (status in ('processing', 'ready', 'failed')),
  failure_code    text,
  failure_detail  text,
  -- Part of every cache key: a purge raises it, and no node can serve what was made before.
  version         bigint not null default 1 check (version > 0),
  mezzanine       text,                                          -- blob key
  mezzanine_width int,
  thumb_hash      bytea,
  dominant_color  text check (dominant_color ~ '^#[0-9a-f]{6}$'),
  created_by      text not null,
  idempotency_key text,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  retain_until    timestamptz,
  check ((status = 'failed') = (failure_code is not null)),
  check (status <> 'ready' or mezzanine is not null),
  unique (created_by, idempotency_key)
);
create index on images.image (created_at desc, id desc);
create index on images.image (retain_until) where retain_until is not null;
