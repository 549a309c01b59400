-- What happens around a listing: who looked, who asks, who complains; and what people look for.

-- Counts by category, without reading listings.
create index listing_shelf on market.listing (shown, category, way) where shown is not null;

-- Who looked at a listing on a day: written once a person, and folded into market.interest by a job. No foreign key, which would lock the listing's row at every look.
-- Who it was cannot be read from it.
create table market.sighting (
  listing_id uuid not null,
  day        date not null,
  viewer     bytea not null check (length(viewer) = 16),
  counted    boolean not null default false,
  primary key (listing_id, day, viewer)
);
create index sighting_uncounted on market.sighting (listing_id) where not counted;
create index sighting_day on market.sighting (day);

-- What a member looked at lately.
create table market.seen (
  member_id  uuid not null,
  listing_id uuid not null,
  at         timestamptz not null,
  primary key (member_id, listing_id)
);
create index seen_of_member on market.seen (member_id, at desc, listing_id desc);

create table market.question (
  id          uuid primary key,
  listing_id  uuid not null references market.listing,
  asker_id    uuid not null,
  text        text not null check (length(text) between 1 and 500),
  asked_at    timestamptz not null,
  answer      text check (length(answer) between 1 and 1000),
  answered_at timestamptz,
  check ((answer is null) = (answered_at is null))
);
create index question_of_listing on market.question (listing_id, id);
create index question_of_asker on market.question (asker_id, asked_at);

create table market.report (
  id          uuid primary key,
  listing_id  uuid not null references market.listing,
  reporter_id uuid not null,
  reason      text not null check (reason in ('forbidden', 'counterfeit', 'misleading', 'offensive', 'spam', 'other')),
  text        text not null check (length(text) <= 500),
  at          timestamptz not null,
  state       text not null default 'open' check (state in ('open', 'dismissed', 'upheld')),
  decided_at  timestamptz,
  unique (listing_id, reporter_id),
  check ((state = 'open') = (decided_at is null))
);
create index report_open on market.report (at, id) where state = 'open';
create index report_of_reporter on market.report (reporter_id, at);

-- What a member wants to be told of when it is listed.
create table market.saved_search (
  id         uuid primary key,
  member_id  uuid not null,
  words      text[] not null check (cardinality(words) <= 60),
  query      text not null check (length(query) <= 100),
  hashtag    text,
  category   text,
  way        text check (way in ('fixed', 'auction')),
  least      bigint check (least >= 0),
  most       bigint check (most >= 0),
  created_at timestamptz not null,
  constraint saved_search_once unique nulls not distinct (member_id, query, hashtag, category, way, least, most),
  check (query <> '' or hashtag is not null or category is not null)
);

-- What people searched for when: once a person and keyword.
create table market.search (
  keyword text not null check (length(keyword) between 1 and 30),
  person  bytea not null check (length(person) = 16),
  at      timestamptz not null,
  primary key (keyword, person)
);
create index search_at on market.search (at);
