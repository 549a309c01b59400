create schema notifications;

-- What a member was told. A member is a bare id: this module stands below the one that keeps members.
create table notifications.notification (
  id         uuid primary key,
  member     uuid not null,
  kind       text not null check (kind ~ '^[a-z_]+\.[a-z_]+$'),
  subject    text check (length(subject) between 1 and 200),  -- null: never the same as another
  data       jsonb not null,
  times      integer not null default 1 check (times > 0),    -- how often it came while it was unread
  in_app     boolean not null,                                -- false: went by mail only, and is here to be collapsed
  created_at timestamptz not null,                            -- of the latest time
  read_at    timestamptz,
  mail       uuid,                                            -- the latest mail about it
  mailed_at  timestamptz,
  check ((mail is null) = (mailed_at is null))
);
-- Unread duplicates collapse into one row, also when two come at the same moment.
create unique index notification_unread on notifications.notification (member, kind, subject) where read_at is null;
create index notification_list on notifications.notification (member, created_at desc, id desc) where in_app;
create index notification_count on notifications.notification (member) where read_at is null and in_app;
create index notification_age on notifications.notification (created_at);

-- The ways that a member has chosen for a kind; no row: the kind's own.
create table notifications.preference (
  member   uuid not null,
  kind     text not null,
  channels text[] not null check (channels <@ array['inApp', 'mail']),
  primary key (member, kind)
);

-- A mail that waits. The row goes when the mail is sent or of no more use, and with it whatever code it holds: the job that sends it has
-- only its id.
create table notifications.mail (
  id           uuid primary key,
  notification uuid references notifications.notification on delete cascade,
  address      text,
  language     text check (language in ('ko', 'en')),
  template     text,
  data         jsonb,
  created_at   timestamptz not null,
  expires_at   timestamptz not null check (expires_at > created_at),
  -- About a notification, whose words and recipient are looked up when it is sent; or a letter of its own.
  check (num_nonnulls(address, language, template, data) = case when notification is null then 4 else 0 end)
);
create index on notifications.mail (notification) where notification is not null;
create index on notifications.mail (expires_at);
