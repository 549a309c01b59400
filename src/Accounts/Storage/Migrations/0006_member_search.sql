-- The operator searches by how a nickname, login id or e-mail address begins.
create index member_nickname_begins on accounts.member (lower(nickname) text_pattern_ops) where deleted_at is null;
create index member_login_id_begins on accounts.member (login_id text_pattern_ops) where deleted_at is null;
create index member_email_begins on accounts.member (lower(email) text_pattern_ops) where deleted_at is null;

-- The audit log by action, and the list of actions that there are.
create index audit_action on accounts.audit (action, at desc, id desc);
