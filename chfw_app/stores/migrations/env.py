"""What Alembic runs: the revisions, on the connection that `chfw_app.stores.migrate` hands over, in its transaction."""

from alembic import context

from chfw_app.stores.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
