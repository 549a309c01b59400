-- The latest state of each live topic. Versions of a topic only ever grow, also over pruning and over a restored backup:
-- see the statement in LiveTopics.
create table platform.live (
  topic      text primary key check (length(topic) between 1 and 300),
  version    bigint not null,
  state      jsonb not null,
  updated_at timestamptz not null
);

create index live_updated_at on platform.live (updated_at);
