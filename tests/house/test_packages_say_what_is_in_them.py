"""Style: a newcomer finds the code by its name. A package of many modules says at its door what each is for."""

from importlib import import_module
from pathlib import Path

import pytest


@pytest.mark.parametrize("name", ["chfw_core.rules", "chfw_core.planning", "chfw_core.reports", "chfw_files"])
def test_the_docstring_of_a_large_package_names_every_part(name: str) -> None:
    package = import_module(name)
    assert package.__file__ is not None
    assert package.__doc__ is not None
    here = Path(package.__file__).parent
    parts = {place.stem for place in here.glob("*.py")} | {place.parent.name for place in here.glob("*/__init__.py")}
    assert sorted(part for part in parts - {"__init__"} if f"`{part}`" not in package.__doc__) == []
