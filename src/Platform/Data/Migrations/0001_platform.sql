-- The schema `platform` and its journal of migrations are made by the migrator itself.
-- Keys of ASP.NET Core Data Protection: every node must read every node's cookies and antiforgery tokens.
create table platform.data_protection_key (
  name       text primary key,
  xml        text not null,
  created_at timestamptz not null default now()
);
