-- Owns everything of the module orders.
create schema orders;
