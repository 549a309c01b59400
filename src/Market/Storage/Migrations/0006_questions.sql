-- A question that was taken back is not shown, and still counts among what a member asked within the hour: else asking and taking back would be without limit.
alter table market.question add column deleted_at timestamptz;
