"""Alembic's door: it migrates the connection it is handed and opens none itself."""

from alembic import context

from circletake_registry.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
)
context.run_migrations()
