"""Scenarios in which rules are in force."""

from pathlib import Path

import pytest

from tests.acceptance.building_rules.rule_world import RuleWorld
from tests.acceptance.conftest import databases, postgres_databases, sqlite_databases, url, world
from tests.acceptance.world import World

__all__ = ["databases", "postgres_databases", "sqlite_databases", "url", "world"]


@pytest.fixture
def rules(world: World, tmp_path: Path) -> RuleWorld:
    """A world without any rule in force."""
    return RuleWorld(world=world, folder=tmp_path)
