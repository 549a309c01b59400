-- The durable queue. A row that is written in the caller's transaction is a job or an event; a job that is done is
-- deleted, one that was given up stays with died_at set until an operator retries or discards it.
create table platform.work (
  id           bigint generated always as identity primary key,
  kind         text not null check (length(kind) between 1 and 100),
  key          text check (length(key) between 1 and 300),
  payload      jsonb not null,
  run_at       timestamptz not null,
  attempts     integer not null default 0 check (attempts >= 0),
  -- The lease is a token made anew by every claim: whoever does not hold the current one can neither finish nor
  -- reschedule the row.
  lease        uuid,
  leased_until timestamptz,
  leased_by    text,
  last_error   text,
  trace_parent text,
  created_at   timestamptz not null,
  died_at      timestamptz,
  check ((lease is null) = (leased_until is null)),
  check (died_at is null or lease is null)
);

create unique index work_live_key on platform.work (kind, key) where key is not null and died_at is null;

-- What a node looks for: free rows whose time has come and leased rows whose lease ran out, in one order.
create index work_due on platform.work (kind, coalesce(leased_until, run_at), id) where died_at is null;

create index work_dead on platform.work (id) where died_at is not null;

-- The latest fire time of each recurring job. Every node has the same triggers; the one that moves last_fire forward
-- enqueues the row, also when the row of the same fire time is long done and deleted.
create table platform.recurring (
  kind      text primary key,
  last_fire timestamptz not null
);
