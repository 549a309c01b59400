-- A search is over before helpers are started.
alter table market.listing set (parallel_workers = 0);
alter table market.standing set (parallel_workers = 0);
alter table market.interest set (parallel_workers = 0);

-- Every single letter is a term, a Latin one too: a search for a rare one must not read the whole market.
alter table market.listing drop column terms;

create or replace function market.terms(document text, hashtags text[], category text, way text) returns text[] language sql immutable parallel safe as $$
  select array(
    select letter || following
    from (select letter, lead(letter) over (order by place) as following from unnest(string_to_array(document, null)) with ordinality as letters (letter, place)) as pairs
    where following is not null and letter not in (' ', E'\n', E'\t') and following not in (' ', E'\n', E'\t')
    union
    select letter from unnest(string_to_array(document, null)) as letters (letter) where letter not in (' ', E'\n', E'\t')
    union
    select '##' || hashtag from unnest(hashtags) as tags (hashtag)
    union
    select 'c:' || array_to_string((string_to_array(category, '.'))[:depth], '.') from generate_series(1, cardinality(string_to_array(category, '.'))) as levels (depth)
    union
    select 'w:' || way
  )
$$;

alter table market.listing add column terms text[] not null generated always as (market.terms(market.document(title, description, hashtags), hashtags, category, way)) stored;
create index listing_terms on market.listing using gin (terms) with (fastupdate = off) where shown is not null;
