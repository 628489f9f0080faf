"""The tables' history: one revision for each change, run by Alembic from `chfw_app.stores.migrate`."""
