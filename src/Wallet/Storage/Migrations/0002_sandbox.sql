-- The books of the built-in sandbox provider: the other side. The wallet's own code reads them through the provider's interface alone.
create table wallet.sandbox_merchant (
  id     boolean primary key default true check (id),   -- one row
  secret bytea not null                             -- signs the webhooks, as a real provider shares it with its merchant
);
insert into wallet.sandbox_merchant (secret)
values (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

create table wallet.sandbox_payment (
  id           text primary key,
  order_id     text not null unique,
  amount       bigint not null check (amount > 0),
  currency     text not null,
  state        text not null check (state in ('ready', 'authorised', 'paid', 'failed')),
  refunded     bigint not null default 0 check (refunded between 0 and amount),
  return_url   text not null,
  created_at   timestamptz not null,
  paid_at      timestamptz,
  check ((paid_at is not null) = (state = 'paid'))
);
create index on wallet.sandbox_payment (paid_at) where paid_at is not null;
create table wallet.sandbox_refund (
  key        text primary key,
  payment_id text not null references wallet.sandbox_payment,
  amount     bigint not null check (amount > 0),
  created_at timestamptz not null
);
