"""The rule files to copy from: clean, tested to the last leaf, and good for one plan together (RU1 to RU8, NF4)."""

import json
import re
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from chfw_core.rules.check import check_sources
from chfw_core.rules.keys.table import FILE
from chfw_core.rules.model import RuleSet
from tests.app.helpers import Chfw

EXAMPLES = Path(__file__).parents[2] / "rulesets" / "examples"
FILES = sorted(EXAMPLES.glob("*.rules.yaml"))
SUPPLIERS = 7
RELEASE = """\
release: v1
id: EXAMPLES-1
device_models: ["433100AC", "54311F52", "54322052", "57310100"]
firmware_version: "0D050002"
notified_at: 2026-01-05
severity: critical
capacity: {North: 120, Central: 160, South: 160, 4G North: 20, 4G Central: 30, 4G South: 30, Unknown: 20, SMETS1: 20}
"""


@pytest.fixture(scope="module")
def rulesets() -> tuple[RuleSet, ...]:
    checked = check_sources([(path.name, path.read_text(encoding="utf-8")) for path in FILES])
    assert checked.problems == ()
    return checked.rulesets


def test_they_are_of_six_suppliers_the_dcc_and_a_csp(rulesets: tuple[RuleSet, ...]) -> None:
    owners = {rules.owner for rules in rulesets}
    assert {"DCC", "CSP:North"} < owners
    assert len(owners - {"DCC", "CSP:North"}) >= 6


@pytest.mark.parametrize("key", [key.name for key in FILE.keys])
def test_every_block_of_the_language_is_shown(key: str) -> None:
    assert any(re.search(rf"^{key}:", path.read_text(encoding="utf-8"), re.MULTILINE) for path in FILES)


def test_the_readme_names_every_file_clause_and_rule(rulesets: tuple[RuleSet, ...]) -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f"({path.name})" in readme for path in FILES)
    assert all(f"| RU{number} " in readme for number in range(1, 9))
    blocks = [(r.excludes, r.holds, r.decides, r.priorities, r.pilots, r.triggers) for r in rulesets]
    ids = {rule.id for groups in blocks for group in groups for rule in group}
    named = {name for name in re.findall(r"`([a-z0-9-]+-[a-z0-9-]+)`", readme) if name not in _stems()}
    assert named <= ids


def _stems() -> set[str]:
    return {path.name.removesuffix(".rules.yaml") for path in FILES}


def test_their_tests_pass_and_reach_everything(chfw: Chfw) -> None:
    told = json.loads(chfw("rules", "test", EXAMPLES, "--json").out)
    assert (told["failed"], told["problems"]) == (0, [])
    assert len(told["files"]) == len(list(EXAMPLES.glob("*.tests.yaml"))) == 9
    ran = chfw("rules", "coverage", EXAMPLES, "--fail-under", 100, "--json")
    assert (ran.code, json.loads(ran.out)["uncovered"]) == (0, [])


def test_all_of_them_make_one_plan_that_verifies(chfw: Chfw, tmp_path: Path, rulesets: tuple[RuleSet, ...]) -> None:
    release, estate, plan = tmp_path / "release.yaml", tmp_path / "estate.parquet", tmp_path / "plan.parquet"
    release.write_text(RELEASE, encoding="utf-8")
    made = ["--hubs", 4000, "--seed", 11, "--suppliers", SUPPLIERS, "--out", estate]
    assert chfw("estate", "generate", *made).code == 0
    inputs = ["--estate", estate, "--release", release, "--rules", EXAMPLES, "--as-of", "2026-01-15T09:00:00Z"]
    ran = chfw("plan", *inputs, "--out", plan)
    assert ran.code in (0, 2), ran.err
    assert chfw("verify", *inputs, "--schedule", plan).code == 0
    table = pq.read_table(plan).to_pydict()
    status = Counter(table["status"])
    assert {"planned", "held", "ineligible"} <= set(status)
    assert {"SOLE_SUPPLIER", "BOTH_SUPPLIERS", "DCC_DEFAULT"} <= set(table["basis"])
    assert any(batch and batch.startswith("NWND.signed-off-sets") for batch in table["batch_id"])
    by_id = {rule.id for r in rulesets for rule in (*r.excludes, *r.holds, *r.decides, *r.pilots)}
    determined = {name for side in ("import_rule", "gas_rule") for name in table[side] if name}
    assert determined <= by_id
    assert {"sample-of-all-kinds", "whole-estate", "hub-before-interface", "every-set-by-itself"} <= determined
    assert any(reason and "INC-20931" in reason for reason in table["reason"])
