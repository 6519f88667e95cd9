"""Alembic's environment: one chain for SQLite and PostgreSQL, run by ``flask setup`` or at a deployment."""

from alembic import context
from sqlalchemy import text

from marketplace.migrate import all_metadata, include_object, render_item

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    # Several servers may start at once: one migrates, the others wait.
    connection.execute(text("SELECT pg_advisory_xact_lock(741852963)"))
context.configure(
    connection=connection,
    target_metadata=all_metadata(),
    render_as_batch=True,
    include_object=include_object,
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
