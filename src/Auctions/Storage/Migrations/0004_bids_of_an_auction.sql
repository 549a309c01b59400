-- That a bid's auction exists, as a foreign key says it, but looked up once for each statement: the key's own look for each row was three fifths of what a batch of bids cost to write.
create function auctions.bids_of_an_auction() returns trigger language plpgsql as $$
begin
  if exists (select from (select distinct auction_id from fresh) f where not exists (select from auctions.auction a where a.id = f.auction_id)) then
    raise exception 'a bid of no auction' using errcode = 'foreign_key_violation', constraint = 'bid_of_an_auction';
  end if;
  return null;
end $$;
create trigger bid_of_an_auction after insert on auctions.bid referencing new table as fresh for each statement execute function auctions.bids_of_an_auction();
alter table auctions.bid drop constraint bid_auction_id_fkey;

-- The other half of the key: no auction leaves its bids behind. None is ever deleted, and a bid keeps its auction (keep_bids).
create function auctions.keep_auctions() returns trigger language plpgsql as $$
begin
  raise exception 'auctions stay' using errcode = 'integrity_constraint_violation', constraint = 'never_deleted';
end $$;
create trigger never_deleted before delete on auctions.auction for each row execute function auctions.keep_auctions();
create trigger never_deleted_whole before truncate on auctions.auction for each statement execute function auctions.keep_auctions();
