-- From a sale to its end. The price of an order waits in the wallet's escrow, under the buyer's captured hold, until the order ends: then it is empty.
create schema orders;

create table orders.order (
  id              uuid primary key,
  listing_id      uuid not null,
  title           text not null check (length(title) between 1 and 200),
  seller_id       uuid not null,
  buyer_id        uuid not null,
  source          text not null check (source in ('fixed_price', 'auction_win', 'buy_now', 'second_chance')),
  price           bigint not null check (price > 0),
  fee_rate        integer not null check (fee_rate between 0 and 5000),
  hold_id         uuid not null unique,             -- one payment, one order
  key             text check (length(key) between 1 and 200),
  wish            bytea,                            -- what was asked for under the key, hashed
  state           text not null check (state in ('paid', 'shipped', 'delivered', 'disputed', 'released', 'refunded', 'cancelled')),
  delivery        text check (delivery in ('shipping', 'in_person')),
  paid_at         timestamptz not null,
  act_by          timestamptz,
  reminded_at     timestamptz,
  carrier         text check (length(carrier) between 1 and 80),
  tracking_number text check (length(tracking_number) between 1 and 80),
  shipped_at      timestamptz,
  delivered_at    timestamptz,
  disputed_at     timestamptz,
  code_salt       bytea,
  code_hash       bytea,
  code_tries      integer check (code_tries between 0 and 5),
  due_at          timestamptz,                      -- when time itself does something to it
  ended_at        timestamptz,
  ending          text check (ending in ('confirmed', 'auto_confirmed', 'handed_over', 'resolved', 'cancelled_by_seller', 'cancelled_late', 'never_chosen')),
  paid_out        bigint not null default 0 check (paid_out >= 0),
  fee             bigint not null default 0 check (fee >= 0),
  refunded        bigint not null default 0 check (refunded >= 0),
  events          integer not null default 0,       -- how many there are
  reviews_shown_at timestamptz,
  forgotten_at    timestamptz,                      -- when its address, tracking number and pictures were deleted
  check (seller_id <> buyer_id),
  check ((key is null) = (wish is null)),
  check ((delivery is null) = (act_by is null)),
  check ((code_salt is null) = (code_hash is null) and (code_salt is null) = (code_tries is null)),
  check (code_hash is null or (delivery = 'in_person' and state = 'paid')),
  check (delivery is not null or state in ('paid', 'cancelled')),
  check ((state in ('released', 'refunded', 'cancelled')) = (ended_at is not null)),
  check ((ending is null) = (ended_at is null)),
  check ((due_at is not null) = (state in ('paid', 'shipped', 'delivered'))),
  -- All of the price is in escrow until the end, and none of it afterwards.
  constraint order_escrow check (paid_out::numeric + fee + refunded = case when state in ('released', 'refunded', 'cancelled') then price else 0 end),
  constraint order_outcome check ((state in ('refunded', 'cancelled')) = (refunded = price))
);
-- A thing is sold once, unless its sale was called off.
create unique index order_of_listing on orders.order (listing_id) where state not in ('refunded', 'cancelled');
create unique index order_key on orders.order (buyer_id, key) where key is not null;
create index order_of_buyer on orders.order (buyer_id, id desc);
create index order_of_seller on orders.order (seller_id, id desc);
create index order_due on orders.order (due_at) where due_at is not null;
create index order_disputed on orders.order (disputed_at, id) where state = 'disputed';
create index order_to_show on orders.order (ended_at) where reviews_shown_at is null and ended_at is not null;
create index order_to_forget on orders.order (ended_at) where forgotten_at is null and ended_at is not null;

-- What it is never changes, it moves only along these ways, and an order that ended never moves again.
create function orders.order_moves() returns trigger language plpgsql as $$
begin
  if row(new.id, new.listing_id, new.title, new.seller_id, new.buyer_id, new.source, new.price, new.fee_rate, new.hold_id, new.paid_at)
     is distinct from row(old.id, old.listing_id, old.title, old.seller_id, old.buyer_id, old.source, old.price, old.fee_rate, old.hold_id, old.paid_at) then
    raise exception 'what order % is cannot change', old.id using errcode = 'integrity_constraint_violation', constraint = 'order_identity';
  end if;
  if old.ended_at is not null and row(new.state, new.delivery, new.ended_at, new.ending, new.paid_out, new.fee, new.refunded, new.events)
     is distinct from row(old.state, old.delivery, old.ended_at, old.ending, old.paid_out, old.fee, old.refunded, old.events) then
    raise exception 'order % has ended', old.id using errcode = 'integrity_constraint_violation', constraint = 'order_final';
  end if;
  if new.state <> old.state and not (old.state || ' ' || new.state) = any (array[
       'paid shipped', 'paid released', 'paid cancelled',
       'shipped delivered', 'shipped disputed', 'shipped released',
       'delivered disputed', 'delivered released',
       'disputed released', 'disputed refunded']) then
    raise exception 'order % does not go from % to %', old.id, old.state, new.state using errcode = 'integrity_constraint_violation', constraint = 'order_way';
  end if;
  return new;
end $$;
create trigger order_moves before update on orders.order for each row execute function orders.order_moves();

create function orders.refuse() returns trigger language plpgsql as $$
begin
  raise exception '%.% keeps its rows', tg_table_schema, tg_table_name using errcode = 'integrity_constraint_violation', constraint = 'append_only';
end $$;
create trigger never_deleted before delete on orders.order for each row execute function orders.refuse();

-- What happened, numbered without gaps. Nothing personal is in it, so nothing in it is ever changed.
create table orders.event (
  order_id uuid not null references orders.order,
  number   integer not null check (number > 0),
  kind     text not null check (kind ~ '^[a-z_]{1,40}$'),
  by       text not null check (by in ('buyer', 'seller', 'operator', 'house')),
  amount   bigint check (amount > 0),
  at       timestamptz not null,
  primary key (order_id, number)
);
create trigger append_only before update or delete on orders.event for each row execute function orders.refuse();
create trigger append_only_whole before truncate on orders.event for each statement execute function orders.refuse();

-- Where to send it: the buyer's address as it was then, sealed. Deleted some weeks after the order ended, and when the buyer leaves.
create table orders.address (
  order_id uuid primary key references orders.order,
  sealed   bytea not null
);

create table orders.complaint (
  order_id    uuid primary key references orders.order,
  reason      text not null check (reason in ('not_arrived', 'not_as_described', 'damaged', 'fake', 'other')),
  text        text not null check (length(text) <= 4000),
  made_at     timestamptz not null,
  answer      text check (length(answer) between 1 and 4000),    -- the seller's side of it
  answered_at timestamptz,
  resolved_at timestamptz,
  note        text check (length(note) between 1 and 1000),      -- the operator's reasons, for both to read
  check ((answer is null) = (answered_at is null)),
  check ((note is null) = (resolved_at is null))
);

create table orders.complaint_picture (
  order_id uuid not null references orders.complaint,
  place    integer not null check (place between 1 and 5),
  picture  uuid not null,
  primary key (order_id, place)
);

-- Each side's word about the other. Hidden from the other, and from all, until both have written or the time is over.
create table orders.review (
  order_id   uuid not null references orders.order,
  side       text not null check (side in ('buyer', 'seller')),   -- who writes
  author_id  uuid not null,
  subject_id uuid not null,
  stars      integer not null check (stars between 1 and 5),
  text       text not null check (length(text) <= 2000),
  tags       text[] not null check (cardinality(tags) <= 5),
  written_at timestamptz not null,
  shown_at   timestamptz,
  primary key (order_id, side),
  check (author_id <> subject_id)
);
create index review_of_subject on orders.review (subject_id, shown_at desc, order_id desc) where shown_at is not null;

-- A review is written once; it is shown once.
create function orders.review_stays() returns trigger language plpgsql as $$
begin
  if row(new.order_id, new.side, new.author_id, new.subject_id, new.stars, new.text, new.tags, new.written_at)
     is distinct from row(old.order_id, old.side, old.author_id, old.subject_id, old.stars, old.text, old.tags, old.written_at)
     or (old.shown_at is not null and new.shown_at is distinct from old.shown_at) then
    raise exception 'a review stays as it was written' using errcode = 'integrity_constraint_violation', constraint = 'review_stays';
  end if;
  return new;
end $$;
create trigger review_stays before update on orders.review for each row execute function orders.review_stays();
create trigger never_deleted before delete on orders.review for each row execute function orders.refuse();

-- Counted from the rows above whenever one of a member's changes; read for every listing that is shown.
create table orders.reputation (
  member_id uuid primary key,
  trust     numeric(3, 1) not null default 36.5 check (trust between 0 and 99.9),
  reviews   integer not null default 0 check (reviews >= 0),
  sales     integer not null default 0 check (sales >= 0)
);
