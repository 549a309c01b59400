-- A picture that belongs to a matter between few, such as a complaint: no address of this module delivers it, and no list shows it.
alter table images.image add column is_private boolean not null default false;
