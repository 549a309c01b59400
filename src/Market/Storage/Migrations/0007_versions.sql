-- Which writing of a listing's words this is: another one with every change, so that a form that saves itself never writes over what it has not seen.
alter table market.listing add column version uuid not null default gen_random_uuid();
