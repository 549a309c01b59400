-- A sale that was called off is no sale any more, and its order stays known.
alter table auctions.auction
  drop constraint auction_state_check,
  add constraint auction_state_check check (state in ('live', 'sold', 'unsold', 'withdrawn', 'cancelled')),
  drop constraint sold_to_an_order,
  add constraint sold_to_an_order check ((state in ('sold', 'cancelled')) = (order_id is not null));

-- What the operator took down cannot be bought, whoever was asked.
alter table auctions.offer
  drop constraint offer_state_check,
  add constraint offer_state_check check (state in ('open', 'accepted', 'declined', 'expired', 'withdrawn'));
