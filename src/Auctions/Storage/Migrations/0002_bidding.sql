-- Auctions and their bids. Amounts in minor units. Whatever decides about an auction locks its row first.
create table auctions.auction (
  id           uuid primary key,                    -- the listing's
  seller_id    uuid not null,
  title        text not null,
  start_price  bigint not null check (start_price between 1 and 1000000000000),
  reserve      bigint check (reserve >= start_price),
  buy_now      bigint check (buy_now * 100 >= start_price * 130),
  starts_at    timestamptz not null,
  ends_at      timestamptz not null,                -- as it is now
  planned_end  timestamptz not null,                -- as its seller wished
  state        text not null default 'live' check (state in ('live', 'sold', 'unsold', 'withdrawn')),
  price        bigint not null,
  bids         int not null default 0 check (bids >= 0),
  extensions   int not null default 0 check (extensions between 0 and 1000),
  outages      int not null default 0 check (outages >= 0),
  entries      bigint not null default 0 check (entries >= bids),   -- bids on record, refused ones too: the number of the last
  leader_id    uuid,
  leader_bid   uuid,
  leader_max   bigint,
  leader_mask  text,
  hold_id      uuid,                                -- what pays, set aside in the wallet: the leader's maximum
  order_id     uuid,
  created_at   timestamptz not null,
  opened_at    timestamptz,
  closed_at    timestamptz,
  check (ends_at > starts_at and ends_at >= planned_end),
  constraint one_leader check (num_nonnulls(leader_id, leader_bid, leader_max, leader_mask) in (0, 4)),
  constraint price_within_maximum check (price >= start_price and price <= coalesce(leader_max, start_price)),
  constraint seller_never_leads check (leader_id <> seller_id),
  constraint leader_is_held check (state <> 'live' or (hold_id is null) = (leader_id is null)),
  constraint sold_to_an_order check ((state = 'sold') = (order_id is not null)),
  check ((state = 'live') = (closed_at is null))
);
create index auction_ending on auctions.auction (ends_at) where state = 'live';
create index auction_of_seller on auctions.auction (seller_id, id desc);
create index auction_led_by on auctions.auction (leader_id) where leader_id is not null;

-- Every bid that was decided, the refused ones with their reason. Never deleted.
create table auctions.bid (
  id          uuid primary key,
  auction_id  uuid not null references auctions.auction,
  number      bigint not null check (number > 0),   -- in the order in which they were decided
  bidder_id   uuid not null,
  mask        text not null,                        -- what others see of the bidder
  kind        text not null check (kind in ('bid', 'buy_now')),
  maximum     bigint not null check (maximum between 1 and 1000000000000),
  key         text not null check (length(key) between 1 and 200),
  outcome     text not null,                        -- 'accepted', or the code of the refusal
  figure      bigint,                               -- what a refusal told, such as the minimum
  price_after bigint not null,
  received_at timestamptz not null,
  decided_at  timestamptz not null,
  undone_at   timestamptz,
  undone_why  text check (undone_why in ('retracted', 'suspended', 'uncovered', 'withdrawn')),
  constraint bid_number unique (auction_id, number),
  constraint bid_key unique (bidder_id, auction_id, key),
  check ((undone_at is null) = (undone_why is null)),
  check (undone_at is null or outcome = 'accepted')
);
alter table auctions.auction add constraint leader_has_a_bid foreign key (leader_bid) references auctions.bid;

create function auctions.keep_bids() returns trigger language plpgsql as $$
begin
  -- Undone once, for good; and a name that left is forgotten.
  if tg_op = 'UPDATE' and old.undone_at is null and row (new.id, new.auction_id, new.number, new.bidder_id, new.kind, new.maximum, new.key, new.outcome, new.figure, new.price_after, new.received_at, new.decided_at)
       is not distinct from row (old.id, old.auction_id, old.number, old.bidder_id, old.kind, old.maximum, old.key, old.outcome, old.figure, old.price_after, old.received_at, old.decided_at) then
    return new;
  end if;
  if tg_op = 'UPDATE' and new.mask = '***' and (to_jsonb(new) - 'mask') = (to_jsonb(old) - 'mask') then
    return new;
  end if;
  raise exception 'bids are append-only' using errcode = 'integrity_constraint_violation', constraint = 'append_only';
end $$;
create trigger append_only before update or delete on auctions.bid for each row execute function auctions.keep_bids();
create trigger append_only_whole before truncate on auctions.bid for each statement execute function auctions.keep_bids();

-- What was not sold, offered once to a runner-up.
create table auctions.offer (
  auction_id uuid primary key references auctions.auction,
  bid_id     uuid not null references auctions.bid,
  bidder_id  uuid not null,
  price      bigint not null check (price > 0),     -- his own highest bid
  state      text not null default 'open' check (state in ('open', 'accepted', 'declined', 'expired')),
  offered_at timestamptz not null,
  until      timestamptz not null check (until > offered_at),
  ended_at   timestamptz,
  check ((state = 'open') = (ended_at is null))
);
create index offer_to on auctions.offer (bidder_id) where state = 'open';

-- Living nodes say so every few seconds, each by its own clock and by the database's.
create table auctions.pulse (
  node     uuid primary key,
  clock_at timestamptz not null,
  seen_at  timestamptz not null default clock_timestamp()
);

-- When nobody could bid, by the nodes' clocks.
create table auctions.outage (
  id      uuid primary key,
  from_at timestamptz not null,
  to_at   timestamptz not null,
  check (to_at > from_at)
);
create index outage_to on auctions.outage (to_at);

-- Everything that must hold, and whatever does not. No rows: all is in order.
create function auctions.check() returns table (problem text, subject uuid, detail text) language sql stable as $$
  select 'bids on record are not as many as were counted', a.id, format('%s, counted %s', coalesce(b.entries, 0), a.entries)
  from auctions.auction a left join (select auction_id, count(*) as entries, max(number) as last from auctions.bid group by auction_id) b on b.auction_id = a.id
  where coalesce(b.entries, 0) <> a.entries or coalesce(b.last, 0) <> a.entries
  union all
  select 'standing bids are not as many as were counted', a.id, format('%s, counted %s', b.standing, a.bids)
  from auctions.auction a, lateral (select count(*) as standing from auctions.bid b where b.auction_id = a.id and b.outcome = 'accepted' and b.undone_at is null) b
  where a.state <> 'withdrawn' and b.standing <> a.bids
  union all
  select 'the leader''s bid is not the first of the highest', a.id, format('%s, highest %s', a.leader_bid, top.id)
  from auctions.auction a left join lateral (
    select b.id, b.bidder_id, b.maximum from auctions.bid b
    where b.auction_id = a.id and b.outcome = 'accepted' and b.undone_at is null order by (b.kind = 'buy_now') desc, b.maximum desc, b.number limit 1) top on true
  where a.state <> 'withdrawn' and (a.leader_bid, a.leader_id, a.leader_max) is distinct from (top.id, top.bidder_id, top.maximum)
$$;
