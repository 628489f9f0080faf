"""A flag that is written otherwise than rules name it opens no exclude, and closes none: so it is told of.

Homes on the priority services register are never in an early deployment (RU5): a slip in the header or in a flag must
not take them out of an exclude in silence.
"""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chfw_app.demo.prepare import DemoFiles
from chfw_core.model.guid import format_guid
from tests.app.helpers import HUBS, Chfw, inputs, write_csv

EXCLUDE = """\
rules: v1
owner: NWND
exclude:
  - {id: vulnerable, because: never early, when: 'flags has any ["psr", "medical"]'}
decide:
  - {id: all, because: x, when: otherwise, then: instruct, at: {from: 2026-03-02, to: 2026-05-31}}
"""
CODES = ("flags-apart", "flags-alike")
NONE: dict[str, list[str]] = {code: [] for code in CODES}
Plan = Callable[..., tuple[int, dict[str, list[str]], list[str]]]


@pytest.fixture
def plan(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> Plan:
    """Plans with NWND's exclude alone; the exit code, the findings about flags by code, the notes."""
    rules = tmp_path / "NWND.rules.yaml"
    rules.write_text(EXCLUDE, encoding="utf-8")

    def call(**replaced: object) -> tuple[int, dict[str, list[str]], list[str]]:
        given: dict[str, object] = {
            "rules": rules,
            "attributes": None,
            "instructions": None,
            "events": None,
            **replaced,
        }
        ran = chfw("plan", *inputs(world, **given), "--out", tmp_path / "plan.parquet", "--json")
        assert ran.code in (0, 2), ran.err
        told = json.loads(ran.out)
        found = {code: [f["message"] for f in told["findings"] if f["code"] == code] for code in CODES}
        return ran.code, found, told["notes"]

    return call


@pytest.fixture
def own(world: DemoFiles, tmp_path: Path) -> Callable[[Sequence[str], Sequence[str]], str]:
    """`--attributes` of NWND with one hub of its own."""
    rows = pq.read_table(world.estate, columns=["guid", "gas_supplier"]).to_pylist()
    guid = next(format_guid(row["guid"]) for row in rows if row["gas_supplier"] == "NWND")

    def write(columns: Sequence[str], values: Sequence[str]) -> str:
        return f"NWND={write_csv(tmp_path / 'own.csv', [('guid', *columns), (guid, *values)])}"

    return write


def with_flag(world: DemoFiles, path: Path, flag: str) -> Path:
    """The estate with this flag on its first hub."""
    table = pq.read_table(world.estate)
    flags = [flag, *table.column("flags").to_pylist()[1:]]
    pq.write_table(table.set_column(table.schema.get_field_index("flags"), "flags", pa.array(flags)), path)
    return path


@pytest.mark.parametrize("command", ["plan", "rules preview"])
@pytest.mark.parametrize("header", ["Flags", "FLAGS", "flag"])
def test_a_column_that_is_nearly_flags_is_refused(
    chfw: Chfw, world: DemoFiles, own: Callable[..., str], tmp_path: Path, command: str, header: str
) -> None:
    given = inputs(world, attributes=own([header], ["psr"]))
    if command == "plan":
        ran = chfw("plan", *given, "--out", tmp_path / "plan.parquet")
    else:
        rules = tmp_path / "NWND.rules.yaml"
        rules.write_text(EXCLUDE, encoding="utf-8")
        words = inputs(world, rules=None, instructions=None, capacity=None, attributes=own([header], ["psr"]))
        ran = chfw(*command.split(), rules, *words)
    assert ran.code == 1, ran.out
    assert f"the column `{header}` is not known" in ran.err
    assert f"did you mean `flags` by `{header}`?" in ran.err


def test_a_column_beside_flags_may_be_named_nearly_so(plan: Plan, own: Callable[..., str]) -> None:
    _, found, notes = plan(attributes=own(["flags", "flag"], ["psr", "x"]))
    assert found == NONE
    assert "no rule of NWND reads `my.flag`, which its attributes have" in notes


@pytest.mark.parametrize(
    ("written", "meant"),
    [("psr,medical", "psr|medical"), ("psr; medical", "psr|medical"), ("psr medical", "psr|medical")],
)
@pytest.mark.parametrize("where", ["attributes", "estate", "estate as CSV"])
def test_a_flag_that_holds_several_is_a_finding(
    chfw: Chfw,
    plan: Plan,
    world: DemoFiles,
    own: Callable[..., str],
    tmp_path: Path,
    where: str,
    written: str,
    meant: str,
) -> None:
    replaced: dict[str, object]
    if where == "attributes":
        replaced, whose = {"attributes": own(["flags"], [written])}, "the attributes of NWND have"
    else:
        estate = with_flag(world, tmp_path / "estate.parquet", written)
        if where == "estate as CSV":
            made = tmp_path / "made.csv"
            assert chfw("estate", "generate", "--hubs", HUBS, "--seed", 7, "--out", made).code == 0
            with made.open(encoding="utf-8", newline="") as file:
                header, first, *others = csv.reader(file)
            first[header.index("flags")] = written
            estate = write_csv(tmp_path / "estate.csv", [header, first, *others])
        replaced, whose = {"estate": estate}, "the estate has"
    code, found, _ = plan(**replaced)
    assert code == 2
    assert found["flags-apart"] == [f"{whose} the flag `{written}`: flags are joined by `|` (did you mean `{meant}`?)"]


def test_several_such_flags_are_one_finding(plan: Plan, own: Callable[..., str]) -> None:
    _, found, _ = plan(attributes=own(["flags"], ["b c|a;b|psr"]))
    assert found["flags-apart"] == [
        "the attributes of NWND have 2 flags such as `a;b`: flags are joined by `|` (did you mean `a|b`?)"
    ]


def test_a_flag_with_a_blank_that_rules_name_is_none(plan: Plan, own: Callable[..., str], tmp_path: Path) -> None:
    rules = tmp_path / "other.rules.yaml"
    rules.write_text(EXCLUDE.replace('"psr"', '"hard of hearing"'), encoding="utf-8")
    _, found, notes = plan(rules=rules, attributes=own(["flags"], ["hard of hearing"]))
    assert (found, notes) == (NONE, [])


@pytest.mark.parametrize("engine", ["columnar", "reference"])
@pytest.mark.parametrize("where", ["attributes", "estate"])
def test_a_flag_that_differs_only_in_case_is_a_finding(
    chfw: Chfw, world: DemoFiles, own: Callable[..., str], tmp_path: Path, where: str, engine: str
) -> None:
    rules = tmp_path / "NWND.rules.yaml"
    rules.write_text(EXCLUDE, encoding="utf-8")
    replaced: dict[str, object] = {"rules": rules, "instructions": None, "events": None, "attributes": None}
    if where == "attributes":
        replaced["attributes"], whose = own(["flags"], ["PSR"]), "its attributes have"
    else:
        replaced["estate"], whose = with_flag(world, tmp_path / "estate.parquet", "PSR"), "the estate has"
    ran = chfw("plan", *inputs(world, **replaced), "--out", tmp_path / "p.parquet", "--engine", engine, "--json")
    assert ran.code == 2
    found = [(f["party"], f["message"]) for f in json.loads(ran.out)["findings"] if f["code"] == "flags-alike"]
    assert found == [("NWND", f"its rules name the flag `psr`, and {whose} `PSR`, which is another one to them")]


def test_flags_that_rules_name_as_they_are_written_are_none(plan: Plan, own: Callable[..., str]) -> None:
    _, found, notes = plan(attributes=own(["flags"], ["psr|medical|Complaint-Open"]))
    assert (found, notes) == (NONE, [])


def test_another_suppliers_flags_are_not_held_against_these_rules(
    chfw: Chfw, plan: Plan, world: DemoFiles, tmp_path: Path
) -> None:
    # NF7: NWND's rules never see what BRKW alone knows.
    rows = pq.read_table(world.estate, columns=["guid", "gas_supplier"]).to_pylist()
    guid = next(format_guid(row["guid"]) for row in rows if row["gas_supplier"] == "BRKW")
    file = write_csv(tmp_path / "theirs.csv", [("guid", "flags"), (guid, "PSR")])
    _, found, notes = plan(attributes=f"BRKW={file}")
    assert found == NONE
    assert notes == ["no rule of BRKW reads `flags`, which its attributes have"]


def test_a_preview_tells_of_flags_too(chfw: Chfw, world: DemoFiles, own: Callable[..., str], tmp_path: Path) -> None:
    rules = tmp_path / "NWND.rules.yaml"
    rules.write_text(EXCLUDE, encoding="utf-8")
    estate = with_flag(world, tmp_path / "estate.parquet", "Medical")
    words = inputs(
        world, rules=None, instructions=None, capacity=None, estate=estate, attributes=own(["flags"], ["psr, medical"])
    )
    told = chfw("rules", "preview", rules, *words).out
    assert "note: the attributes of NWND have the flag `psr, medical`" in told
    assert "note: its rules name the flag `medical`, and the estate has `Medical`" in told


def test_a_check_of_the_estate_counts_flags_and_names_odd_ones(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    estate = with_flag(world, tmp_path / "estate.parquet", "psr;medical|PSR")
    ran = chfw("estate", "check", estate)
    assert ran.code == 2
    assert "the estate has the flag `psr;medical`: flags are joined by `|` (did you mean `psr|medical`?)" in ran.out
    assert "the estate has the flags `PSR` and `psr`, which differ only in case" in ran.out
    told = json.loads(chfw("estate", "check", estate, "--json").out)
    assert told["flags"]["PSR"] == 1
    assert told["flags"]["psr"] > 1
    assert len(told["remarks"]) == 2
    whole = chfw("estate", "check", world.estate)
    assert whole.code == 0
    assert "psr" in whole.out
