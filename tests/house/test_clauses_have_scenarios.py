"""Every clause of the roll-out has a scenario that cites it, in the folder of its requirement; none cites another kind.

The clauses are listed here, so that a folder that is emptied, or a scenario that loses its citation, is found.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

SCENARIOS = Path(__file__).parents[1] / "acceptance"
FOLDERS: Mapping[str, tuple[str, ...]] = {
    "br1_notify": tuple(f"BR1.{n}" for n in range(1, 7)),
    "br2_pilot": tuple(f"BR2.{n}" for n in range(1, 11)),
    "br3_earlier_date": tuple(f"BR3.{n}" for n in range(1, 9)),
    "br4_split_suppliers": tuple(f"BR4.{n}" for n in range(1, 5)),
    "br5_progress": tuple(f"BR5.{n}" for n in range(1, 8)),
    "br6_incidents": tuple(f"BR6.{n}" for n in range(1, 5)),
    "change_of_supplier": tuple(f"CS{n}" for n in range(1, 5)),
    "building_rules": tuple(f"RU{n}" for n in range(1, 8)),
    "general": ("G6", "G7", "G9", "NF7"),
    "bad_commands": ("BR3.4", "BR5.2", "NF6", "I9"),
    "all_at_once": ("NF6", "I4", "I5", "I9", "I11"),
}
KNOWN = {
    *(clause for clauses in FOLDERS.values() for clause in clauses),
    *(f"G{n}" for n in range(1, 10)),
    *(f"NF{n}" for n in range(1, 8)),
    *(f"I{n}" for n in range(1, 15)),
}
CLAUSE = re.compile(r"\b(?:BR\d\.\d+|CS\d|G\d|NF\d|RU\d|I\d+)\b")


def scenarios(folder: str) -> Iterator[tuple[str, set[str]]]:
    """Each test function of a folder, and the clauses that its docstring cites."""
    for path in sorted((SCENARIOS / folder).glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{path.name}::{node.name}", set(CLAUSE.findall(ast.get_docstring(node) or ""))


def test_every_folder_of_scenarios_is_known() -> None:
    found = {path.name for path in SCENARIOS.iterdir() if path.is_dir() and list(path.glob("test_*.py"))}
    assert found == set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_clause_has_a_scenario(folder: str) -> None:
    cited: dict[str, list[str]] = defaultdict(list)
    for name, clauses in scenarios(folder):
        for clause in clauses:
            cited[clause].append(name)
    assert [clause for clause in FOLDERS[folder] if not cited[clause]] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_scenario_cites_clauses_that_there_are(folder: str) -> None:
    wrong = {name: clauses - KNOWN for name, clauses in scenarios(folder) if not clauses or clauses - KNOWN}
    assert wrong == {}
