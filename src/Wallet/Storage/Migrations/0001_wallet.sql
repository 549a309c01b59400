-- Points, in minor units of one currency. The ledger is append-only; what else is stored follows from it, and `wallet.check()` says where it does not.
create schema wallet;

-- Whose points. A member has two: what is free to use, and what holds have set aside. Providers' balances are what they were paid, with a minus.
create table wallet.account (
  id        bigint generated always as identity primary key,
  kind      text not null check (kind in ('available', 'held', 'escrow', 'provider', 'revenue')),
  member_id uuid,
  provider  text,
  balance   bigint not null default 0,
  entries   bigint not null default 0,              -- how many there are: the number of the last one
  check ((member_id is not null) = (kind in ('available', 'held'))),
  check ((provider is not null) = (kind = 'provider')),
  constraint account_not_overdrawn check (balance >= 0 or kind in ('provider', 'revenue'))
);
create unique index account_of_member on wallet.account (member_id, kind) where member_id is not null;
create unique index account_of_house on wallet.account (kind, provider) nulls not distinct where member_id is null;
insert into wallet.account (kind) values ('escrow'), ('revenue');

-- One movement. Its id grows with time, so that lists page by it.
create table wallet.transfer (
  id           uuid primary key,
  key          text not null constraint transfer_key unique check (length(key) between 1 and 200),
  kind         text not null check (kind in ('charge', 'refund', 'hold', 'change', 'release', 'purchase', 'sale', 'return', 'reward', 'adjust')),
  reference    text not null check (length(reference) between 1 and 200),
  title        text check (length(title) between 1 and 200),
  member_id    uuid not null,                       -- whose movement it is
  to_member_id uuid,                                -- who is paid by it
  hold_id      uuid,
  provider     text,
  amount       bigint not null check (amount <> 0), -- what was asked for; negative in adjustments only
  fee          bigint not null default 0 check (fee >= 0),
  actor        text,                                -- who moved it, where that is not the member
  created_at   timestamptz not null,
  check (amount > 0 or kind = 'adjust')
);
create index transfer_of_member on wallet.transfer (member_id, id desc);
create index transfer_to_member on wallet.transfer (to_member_id, id desc) where to_member_id is not null;
create index transfer_of_hold on wallet.transfer (hold_id) where hold_id is not null;

-- Numbered without gaps in each account: two writers who both read a balance before they changed it collide on the key.
create table wallet.entry (
  account_id    bigint not null,
  number        bigint not null,
  transfer_id   uuid not null,
  amount        bigint not null check (amount <> 0),
  balance_after bigint not null,
  primary key (account_id, number)
);
create index entry_of_transfer on wallet.entry (transfer_id);

-- Entries carry the balances: this checks a whole statement's entries at once, and derives the accounts' balances from them.
create function wallet.post_entries() returns trigger language plpgsql as $$
declare
  wrong text;
begin
  select transfer_id::text into wrong from fresh group by transfer_id having sum(amount) <> 0 limit 1;
  if found then
    raise exception 'the entries of transfer % do not sum to zero', wrong using errcode = 'check_violation', constraint = 'entries_sum_to_zero';
  end if;

  select f.transfer_id::text into wrong from fresh f where not exists (select from wallet.transfer t where t.id = f.transfer_id) limit 1;
  if found then
    raise exception 'there is no transfer %', wrong using errcode = 'foreign_key_violation', constraint = 'entry_of_transfer';
  end if;

  select format('%s of account %s', f.number, f.account_id) into wrong
  from (select f.*, row_number() over w as nth, sum(f.amount) over w as moved from fresh f window w as (partition by f.account_id order by f.number)) f
  left join wallet.account a on a.id = f.account_id
  where a.id is null or f.number <> a.entries + f.nth or f.balance_after <> a.balance + f.moved
  limit 1;
  if found then
    raise exception 'entry % does not follow from the one before', wrong using errcode = 'check_violation', constraint = 'entries_follow';
  end if;

  update wallet.account a set balance = last.balance_after, entries = last.number
  from (select distinct on (account_id) account_id, number, balance_after from fresh order by account_id, number desc) last
  where a.id = last.account_id;
  return null;
end $$;
create trigger post_entries after insert on wallet.entry referencing new table as fresh
  for each statement execute function wallet.post_entries();

create function wallet.refuse() returns trigger language plpgsql as $$
begin
  raise exception '%.% is append-only', tg_table_schema, tg_table_name using errcode = 'integrity_constraint_violation', constraint = 'append_only';
end $$;
create trigger append_only before update or delete on wallet.entry for each row execute function wallet.refuse();
create trigger append_only_whole before truncate on wallet.entry for each statement execute function wallet.refuse();
create trigger append_only before update or delete on wallet.transfer for each row execute function wallet.refuse();
create trigger append_only_whole before truncate on wallet.transfer for each statement execute function wallet.refuse();
-- Balances change by entries alone: the update above is made within a trigger, every other is not.
create trigger by_entries_only before update on wallet.account for each row when (pg_trigger_depth() = 0) execute function wallet.refuse();
create trigger never_deleted before delete on wallet.account for each row execute function wallet.refuse();

-- Points set aside for something. The id is that of the transfer that opened it.
create table wallet.hold (
  id         uuid primary key,
  member_id  uuid not null,
  reference  text not null check (length(reference) between 1 and 200),
  title      text check (length(title) between 1 and 200),
  state      text not null check (state in ('held', 'released', 'captured', 'settled')),
  amount     bigint not null check (amount >= 0),   -- set aside now
  escrow     bigint not null check (escrow >= 0),   -- of what was captured, not paid out or returned yet
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((state = 'held') = (amount > 0)),
  check ((state = 'captured') = (escrow > 0))
);
create index hold_open on wallet.hold (member_id, id) where state = 'held';
create trigger never_deleted before delete on wallet.hold for each row execute function wallet.refuse();

-- What holds set aside is what the held account has, at every commit that moves it.
create function wallet.held_agrees() returns trigger language plpgsql as $$
declare
  stored bigint := (select balance from wallet.account where id = new.id);
  held numeric := (select coalesce(sum(amount), 0) from wallet.hold where member_id = new.member_id and state = 'held');
begin
  if stored <> held then
    raise exception 'member % has % held and holds of %', new.member_id, stored, held using errcode = 'check_violation', constraint = 'held_agrees';
  end if;
  return null;
end $$;
create constraint trigger held_agrees after update on wallet.account deferrable initially deferred
  for each row when (new.kind = 'held') execute function wallet.held_agrees();

-- A member buys points. What the provider says decides; the row is how far we know.
create table wallet.charge (
  id           uuid primary key,                    -- the order's id at the provider
  member_id    uuid not null,
  key          text not null check (length(key) between 1 and 200),
  amount       bigint not null check (amount > 0),
  currency     text not null check (currency ~ '^[A-Z]{3}$'),
  provider     text not null,
  payment      text,                                -- the payment's id at the provider
  checkout_url text,
  state        text not null check (state in ('created', 'pending', 'paid', 'failed', 'cancelled', 'refunded')),
  failure      text,                                -- a code, why it failed
  refunding    bigint not null default 0 check (refunding >= 0),
  refunded     bigint not null default 0 check (refunded >= 0),
  created_at   timestamptz not null,
  paid_at      timestamptz,
  look_at      timestamptz,                         -- when to ask the provider again; null when there is nothing more to learn
  looks        int not null default 0,
  unique (member_id, key),
  unique (provider, payment),
  check (refunded + refunding <= amount),
  check ((paid_at is not null) = (state in ('paid', 'refunded'))),
  check ((state = 'refunded') = (refunded = amount)),
  check (refunded + refunding = 0 or paid_at is not null)
);
create index charge_of_member on wallet.charge (member_id, id desc);
create index charge_to_look_at on wallet.charge (look_at) where look_at is not null;
create index charge_by_payment_day on wallet.charge (provider, paid_at) where paid_at is not null;

-- Unused points go back to where they came from: one part for each charge, each with a hold of its own until the provider has paid.
create table wallet.refund (
  id         uuid primary key,
  member_id  uuid not null,
  key        text not null check (length(key) between 1 and 200),
  amount     bigint not null check (amount > 0),
  created_at timestamptz not null,
  unique (member_id, key)
);
create index refund_of_member on wallet.refund (member_id, id desc);
create table wallet.refund_part (
  id         uuid primary key,                      -- the idempotency key at the provider
  refund_id  uuid not null references wallet.refund,
  charge_id  uuid not null references wallet.charge,
  hold_id    uuid not null unique references wallet.hold,
  amount     bigint not null check (amount > 0),
  state      text not null check (state in ('pending', 'done', 'failed')),
  failure    text,
  created_at timestamptz not null,
  ended_at   timestamptz,
  check ((ended_at is not null) = (state <> 'pending'))
);
create index refund_part_of on wallet.refund_part (refund_id);
create index refund_part_of_charge on wallet.refund_part (charge_id);
create index refund_part_pending on wallet.refund_part (created_at) where state = 'pending';

-- What providers told us, each once, however often they told it.
create table wallet.event (
  id           uuid primary key,
  provider     text not null,
  event_id     text not null check (length(event_id) between 1 and 200),
  type         text not null,
  charge_id    uuid not null references wallet.charge,
  payload      text not null,
  received_at  timestamptz not null,
  processed_at timestamptz,
  outcome      text,
  unique (provider, event_id)
);
create index event_of_charge on wallet.event (charge_id, id desc);

-- The ledger against a provider's books, one day each; the newest stands.
create table wallet.reconciliation (
  provider    text not null,
  day         date not null,
  ours        bigint not null,                      -- paid less refunded, of the payments of that day
  theirs      bigint not null,
  payments    int not null,
  differences jsonb not null,
  made_at     timestamptz not null,
  primary key (provider, day)
);

-- Everything that must hold, and whatever does not. No rows: the books are in order.
create function wallet.check() returns table (problem text, subject text, detail text) language sql stable as $$
  select 'transfer does not sum to zero', transfer_id::text, sum(amount)::text
  from wallet.entry group by transfer_id having sum(amount) <> 0
  union all
  select 'transfer without entries', t.id::text, t.kind
  from wallet.transfer t
  where t.kind <> 'change'                          -- a hold may be changed to what it is
    and not exists (select from wallet.entry e where e.transfer_id = t.id)
  union all
  select 'entries do not follow each other', account_id::text, number::text
  from (select account_id, number, balance_after,
               row_number() over w as nth, sum(amount) over w as total
        from wallet.entry window w as (partition by account_id order by number)) e
  where number <> nth or balance_after <> total
  union all
  select 'balance is not the sum of its entries', a.id::text, format('%s, entries %s', a.balance, coalesce(e.total, 0))
  from wallet.account a left join (select account_id, sum(amount) as total, count(*) as entries from wallet.entry group by account_id) e on e.account_id = a.id
  where a.balance <> coalesce(e.total, 0) or a.entries <> coalesce(e.entries, 0)
  union all
  select 'balances do not sum to zero', 'all', sum(balance)::text from wallet.account having sum(balance) <> 0
  union all
  select 'held balance is not the sum of its holds', coalesce(a.member_id, h.member_id)::text, format('%s, holds %s', coalesce(a.balance, 0), coalesce(h.total, 0))
  from (select member_id, balance from wallet.account where kind = 'held') a
  full join (select member_id, sum(amount) as total from wallet.hold where state = 'held' group by member_id) h on h.member_id = a.member_id
  where coalesce(a.balance, 0) <> coalesce(h.total, 0)
  union all
  select 'escrow is not the sum of what was captured', 'escrow', format('%s, holds %s', a.balance, h.total)
  from wallet.account a, (select coalesce(sum(escrow), 0) as total from wallet.hold) h
  where a.kind = 'escrow' and a.balance <> h.total
  union all
  select 'paid charge is not in the ledger as it was paid', c.id::text, format('%s %s, ledger %s', c.state, c.amount, t.amount)
  from wallet.charge c full join (select * from wallet.transfer where kind = 'charge') t on t.key = 'charge:' || c.id
  where case when c.paid_at is null then t.id is not null or c.id is null else t.amount is distinct from c.amount or t.member_id <> c.member_id end
  union all
  select 'refund of a charge is not in the ledger', c.id::text, format('%s, parts %s, ledger %s', c.refunded, p.done, p.moved)
  from wallet.charge c
  left join lateral (
    select coalesce(sum(p.amount) filter (where p.state = 'done'), 0) as done,
           coalesce(sum(p.amount) filter (where p.state = 'pending'), 0) as pending,
           coalesce(sum(t.amount), 0) as moved
    from wallet.refund_part p left join wallet.transfer t on t.key = 'refund:' || p.id where p.charge_id = c.id) p on true
  where c.refunded <> p.done or c.refunding <> p.pending or p.done <> p.moved
  union all
  select 'provider account is not what its charges say', a.provider, format('%s, charges %s', -a.balance, c.total)
  from wallet.account a, lateral (
    select coalesce(sum(amount - refunded), 0) as total from wallet.charge c where c.provider = a.provider and c.paid_at is not null) c
  where a.kind = 'provider' and -a.balance <> c.total
$$;
