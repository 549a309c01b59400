-- Owns everything of the module auctions.
create schema auctions;
