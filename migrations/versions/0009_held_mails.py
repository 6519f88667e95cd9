"""Mails to sample addresses may be held back: one state more."""

from alembic import op

revision = "0009"
down_revision = "0008"

NAME = "ck_outbox_mail_state_listed"
STATES = "state IN ('waiting', 'sending', 'sent', 'failed', 'held')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # SQLite copies the table and forgets its checks on the way; this is the only one.
        with op.batch_alter_table("outbox_mail", recreate="always") as batch:
            batch.create_check_constraint(op.f(NAME), STATES)
        return
    op.drop_constraint(op.f(NAME), "outbox_mail", type_="check")
    op.create_check_constraint(op.f(NAME), "outbox_mail", STATES)
