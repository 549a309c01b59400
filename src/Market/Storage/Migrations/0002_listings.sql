-- Listings: what is offered, how it is found, and its pictures. Numbers that change often lie in rows of their own (market.standing, market.interest).

-- Keywords of three letters and more are found by trigrams. The extension is part of PostgreSQL's contributed modules, and the owner of a database may create it.
do $$
begin
  create extension if not exists pg_trgm;
exception
  when insufficient_privilege then
    raise exception 'The market searches with the extension pg_trgm, which this database user may not create. Let the owner of the database, or a superuser, run in it: create extension pg_trgm;'
      using errcode = 'insufficient_privilege';
  when undefined_file or feature_not_supported then
    raise exception 'The market searches with the extension pg_trgm, which this PostgreSQL does not have. Install its contributed modules (on Debian they come with postgresql-15).'
      using errcode = 'feature_not_supported';
end $$;

-- What keywords are looked for in: small letters, one form of each.
create function market.document(title text, description text, hashtags text[]) returns text language sql immutable parallel safe as $$
  select lower(normalize(title || E'\n' || description || E'\n#' || array_to_string(hashtags, ' #'), NFKC))
$$;

-- By what a listing is found in one index: pairs of letters and single letters beyond ASCII (a Korean word is often one or two letters, too short for trigrams),
-- hashtags, and the category with all above it. Hashtags and categories are longer than two letters, so that none is taken for a pair.
create function market.terms(document text, hashtags text[], category text, way text) returns text[] language sql immutable parallel safe as $$
  select array(
    select letter || following
    from (select letter, lead(letter) over (order by place) as following from unnest(string_to_array(document, null)) with ordinality as letters (letter, place)) as pairs
    where following is not null and letter not in (' ', E'\n', E'\t') and following not in (' ', E'\n', E'\t')
    union
    select letter from unnest(string_to_array(document, null)) as letters (letter) where ascii(letter) > 127
    union
    select '##' || hashtag from unnest(hashtags) as tags (hashtag)
    union
    select 'c:' || array_to_string((string_to_array(category, '.'))[:depth], '.') from generate_series(1, cardinality(string_to_array(category, '.'))) as levels (depth)
    union
    select 'w:' || way
  )
$$;

create table market.listing (
  id                uuid primary key,
  seller_id         uuid not null,
  state             text not null default 'draft' check (state in ('draft', 'live', 'sold', 'unsold', 'withdrawn', 'taken_down')),
  kind              text not null check (kind in ('art', 'goods')),
  way               text not null check (way in ('fixed', 'auction')),
  title             text not null check (length(title) <= 80),
  description       text not null check (length(description) <= 5000),
  category          text check (category ~ '^[a-z]+(\.[a-z_]+){1,2}$' and split_part(category, '.', 1) = kind),
  condition         text check (condition in ('new', 'like_new', 'good', 'fair', 'for_parts')),
  hashtags          text[] not null check (cardinality(hashtags) <= 10),
  price             bigint check (price between 1 and 1000000000000),
  start_price       bigint check (start_price between 1 and 1000000000000),
  reserve           bigint check (reserve between 1 and 1000000000000),
  buy_now           bigint check (buy_now between 1 and 1000000000000),
  starts_at         timestamptz,                    -- null in a draft: when it is published
  ends_at           timestamptz,
  relisted_from     uuid unique references market.listing,
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  published_at      timestamptz,
  ended_at          timestamptz,
  taken_down_reason text check (length(taken_down_reason) between 1 and 500),
  shown             text generated always as (case when state = 'live' then 'live' when state in ('sold', 'unsold') then 'ended' end) stored,
  document          text not null generated always as (market.document(title, description, hashtags)) stored,
  terms             text[] not null generated always as (market.terms(market.document(title, description, hashtags), hashtags, category, way)) stored,
  constraint listing_one_way check (way = 'fixed' and num_nonnulls(start_price, reserve, buy_now, starts_at, ends_at) = 0 or way = 'auction' and price is null),
  constraint listing_ends_after_start check (starts_at < ends_at),
  constraint listing_published check ((published_at is null) = (state = 'draft')),
  constraint listing_ended check ((ended_at is null) = (state in ('draft', 'live'))),
  constraint listing_taken_down check ((taken_down_reason is null) = (state <> 'taken_down')),
  constraint listing_complete check (state = 'draft' or
    title <> '' and description <> '' and category is not null and cardinality(hashtags) > 0 and (kind = 'art' or condition is not null)
    and (price is not null or num_nulls(start_price, starts_at, ends_at) = 0))
);
create index listing_newest on market.listing (shown, published_at desc, id desc) where shown is not null;
create index listing_of_seller on market.listing (seller_id, id desc);
-- No pending lists: a search must not pay for what others have just written.
create index listing_terms on market.listing using gin (terms) with (fastupdate = off) where shown is not null;
do $$
begin
  -- Wherever the extension was put.
  execute format('create index listing_words on market.listing using gin (document %I.gin_trgm_ops) with (fastupdate = off) where shown is not null',
    (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm'));
end $$;

-- The numbers by which a live listing is found and sorted. Bids write here, edits and views do not.
create table market.standing (
  listing_id uuid primary key references market.listing,
  shown      text check (shown in ('live', 'ended')),
  price      bigint not null check (price between 1 and 1000000000000000),
  bids       int not null default 0 check (bids >= 0),
  ends_at    timestamptz
);
create index standing_price on market.standing (shown, price, listing_id) where shown is not null;
create index standing_bids on market.standing (shown, bids desc, listing_id desc) where shown is not null;
create index standing_ends on market.standing (shown, ends_at, listing_id) where shown is not null and ends_at is not null;

-- What people think of it. Likes and folded views write here.
create table market.interest (
  listing_id uuid primary key references market.listing,
  shown      text check (shown in ('live', 'ended')),
  likes      int not null default 0 check (likes >= 0),
  views      bigint not null default 0 check (views >= 0)
);
create index interest_likes on market.interest (shown, likes desc, listing_id desc) where shown is not null;
create index interest_views on market.interest (shown, views desc, listing_id desc) where shown is not null;

-- A listing goes its way and never back; what its numbers are sorted by goes along.
create function market.listing_moves() returns trigger language plpgsql as $$
begin
  if (old.state, new.state) not in (('draft', 'live'), ('live', 'sold'), ('live', 'unsold'), ('live', 'withdrawn'), ('live', 'taken_down'), ('sold', 'unsold'),
    ('unsold', 'taken_down'), ('withdrawn', 'taken_down')) then
    raise exception 'a listing cannot go from % to %', old.state, new.state using errcode = 'check_violation', constraint = 'listing_moves';
  end if;
  update market.standing set shown = new.shown where listing_id = new.id;
  update market.interest set shown = new.shown where listing_id = new.id;
  return null;
end $$;
create trigger listing_moves after update on market.listing for each row when (old.state <> new.state) execute function market.listing_moves();

-- How it is sold, and by whom, is for ever once it was published.
create function market.refuse() returns trigger language plpgsql as $$
begin
  raise exception 'a published listing is neither deleted nor sold by others or otherwise' using errcode = 'integrity_constraint_violation', constraint = 'listing_stays';
end $$;
create trigger listing_stays before update on market.listing for each row
  when (old.seller_id <> new.seller_id or old.published_at is not null and (old.way <> new.way or old.published_at is distinct from new.published_at)) execute function market.refuse();
create trigger listing_never_deleted before delete on market.listing for each row when (old.state <> 'draft') execute function market.refuse();

-- Pictures that members sent for their listings. A relisted copy shares them, so that the row is locked by who takes a picture away.
create table market.picture (
  id          uuid primary key,
  owner_id    uuid not null,
  uploaded_at timestamptz not null
);
create index picture_of_owner on market.picture (owner_id, uploaded_at);
create table market.listing_picture (
  listing_id uuid not null references market.listing on delete cascade,
  position   int not null check (position between 1 and 12),
  picture_id uuid not null references market.picture,
  primary key (listing_id, position),
  unique (listing_id, picture_id) deferrable
);
create index listing_picture_of on market.listing_picture (picture_id);

-- What is to be seen has a picture, whenever a transaction ends.
create function market.has_picture() returns trigger language plpgsql as $$
declare
  subject uuid;
begin
  if tg_table_name = 'listing' then
    subject := new.id;
  else
    subject := old.listing_id;
  end if;
  if exists (select from market.listing where id = subject and state = 'live') and not exists (select from market.listing_picture where listing_id = subject) then
    raise exception 'listing % has no picture', subject using errcode = 'check_violation', constraint = 'listing_has_picture';
  end if;
  return null;
end $$;
create constraint trigger has_picture after update on market.listing deferrable initially deferred
  for each row when (old.state <> new.state and new.state = 'live') execute function market.has_picture();
create constraint trigger has_picture after delete on market.listing_picture deferrable initially deferred
  for each row execute function market.has_picture();

-- The wishlist: once a member.
create table market.liked (
  member_id  uuid not null,
  listing_id uuid not null references market.listing,
  at         timestamptz not null,
  primary key (member_id, listing_id)
);
create index liked_of_member on market.liked (member_id, at desc, listing_id desc);

-- Whom a member will not deal with.
create table market.block (
  member_id  uuid not null,
  blocked_id uuid not null check (blocked_id <> member_id),
  at         timestamptz not null,
  primary key (member_id, blocked_id)
);
