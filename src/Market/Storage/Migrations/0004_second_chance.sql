-- What was not sold may still be sold to the runner-up, as long as it was not listed again.
create or replace function market.listing_moves() returns trigger language plpgsql as $$
begin
  if (old.state, new.state) not in (('draft', 'live'), ('live', 'sold'), ('live', 'unsold'), ('live', 'withdrawn'), ('live', 'taken_down'), ('sold', 'unsold'), ('unsold', 'sold'),
    ('unsold', 'taken_down'), ('withdrawn', 'taken_down')) then
    raise exception 'a listing cannot go from % to %', old.state, new.state using errcode = 'check_violation', constraint = 'listing_moves';
  end if;
  update market.standing set shown = new.shown where listing_id = new.id;
  update market.interest set shown = new.shown where listing_id = new.id;
  return null;
end $$;
