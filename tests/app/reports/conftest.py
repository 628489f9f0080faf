"""Every report is made from both kinds of database."""

from tests.app.rollout.conftest import databases, postgres_databases, rollouts, sqlite_databases, told, url

__all__ = ["databases", "postgres_databases", "rollouts", "sqlite_databases", "told", "url"]
