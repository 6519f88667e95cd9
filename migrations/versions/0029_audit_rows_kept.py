"""The database refuses to change or delete an audit row."""

from alembic import op

from marketplace.audit.models import keep_rows

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    keep_rows(op.get_bind())
