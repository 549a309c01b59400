-- Owns everything of the module market.
create schema market;
