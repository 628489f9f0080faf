"""Documents that a party hands in for itself: what is in force afterwards, and what is not (RU7, BR5.2)."""

from pathlib import Path

import pyarrow as pa
import pytest

from chfw_app.exits import Exit
from chfw_core.model.guid import format_guid
from chfw_core.testing.transports.scenes import BARN, CROFT, LODGE
from chfw_files.documents.attributes import read_attributes
from chfw_files.tables.writing import write_table
from tests.app.transports.test_files_command import RULES, Desk

GOOD = f"guid,tariff\n{format_guid(CROFT.guid)},day\n"


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def kept(desk: Desk) -> dict[str, str]:
    folder = desk.drop / "BIRCH" / "kept"
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_attributes_of_which_no_row_is_good_leave_the_former_ones_in_force(desk: Desk) -> None:
    """RU7: a file that comes back whole has not said anything."""
    desk.hand_in("attributes.csv", GOOD)
    desk.once()
    desk.hand_in("attributes-2.csv", "guid,tariff\nx,night\ny,night\n")
    (one,) = desk.once(expect=Exit.FINDINGS)["files"]
    assert (one["answer"], one["rows_back"]) == ("refused", 2)
    assert kept(desk) == {"attributes.csv": GOOD}
    assert desk.receipt("attributes-2.csv")["kept"] is None


def test_of_attributes_that_are_good_in_part_the_good_rows_are_kept(desk: Desk) -> None:
    """BR5.2: bad rows come back, the others go on."""
    twice = f"{format_guid(LODGE.guid)},night\n" * 2
    desk.hand_in("attributes.csv", f"{GOOD}x,night\n{twice}{format_guid(BARN.guid)},=1+1\n")
    (one,) = desk.once(expect=Exit.FINDINGS)["files"]
    assert (one["answer"], one["rows_back"]) == ("taken", 3)
    assert kept(desk)["attributes.csv"].splitlines()[:2] == GOOD.splitlines()
    read = read_attributes("BIRCH", desk.drop / "BIRCH" / "kept" / "attributes.csv")
    assert (read.guids.tolist(), read.quarantine) == (sorted([CROFT.guid, BARN.guid]), ())
    assert sorted(read.table.column("tariff").to_pylist()) == ["=1+1", "day"]


@pytest.mark.parametrize("ending", [".parquet", ".xlsx", ".jsonl"])
def test_good_rows_are_kept_in_every_form(desk: Desk, ending: str) -> None:
    columns = [[format_guid(CROFT.guid), "x", format_guid(BARN.guid)], ["a", "b", None], ["1", "2", "3"]]
    schema = pa.schema([("guid", pa.string()), ("flags", pa.string()), ("tariff", pa.string())])
    batch = pa.RecordBatch.from_arrays([pa.array(one, pa.string()) for one in columns], schema=schema)
    path = desk.hand_in(f"attributes{ending}", "")
    write_table(path, schema, [batch])
    desk.once(expect=Exit.FINDINGS)
    read = read_attributes("BIRCH", desk.drop / "BIRCH" / "kept" / f"attributes{ending}")
    assert (read.columns, read.quarantine) == (("tariff",), ())
    assert read.of(CROFT.guid).values == {"tariff": "1"}
    assert (read.of(CROFT.guid).flags, read.of(BARN.guid).flags) == (frozenset({"a"}), frozenset())


def test_attributes_without_rows_take_the_former_ones_back(desk: Desk) -> None:
    """As an empty pilot list does: nothing in it was refused."""
    desk.hand_in("attributes.csv", GOOD)
    desk.once()
    desk.hand_in("attributes-2.csv", "guid,tariff\n")
    desk.once()
    assert kept(desk) == {"attributes.csv": "guid,tariff\n"}


@pytest.mark.parametrize("nothing", ["", " \n\n"])
def test_an_empty_rule_file_takes_the_kept_one_of_its_name_back(desk: Desk, nothing: str) -> None:
    """RU7: then the same rules may come under another name."""
    desk.hand_in("first.rules.yaml", RULES)
    desk.once()
    desk.hand_in("first.rules.yaml", nothing)
    (one,) = desk.once()["files"]
    assert (one["answer"], list(kept(desk))) == ("taken", ["first.rules.yaml.taken-back"])
    desk.hand_in("second.rules.yaml", RULES)
    desk.once()
    assert kept(desk)["second.rules.yaml"] == RULES
    desk.hand_in("second.rules.yaml", nothing)
    desk.hand_in("first.rules.yaml", RULES + "# once more\n")
    desk.once()
    assert list(kept(desk)) == ["second.rules.yaml.taken-back", "first.rules.yaml"]


def test_taking_back_what_is_not_kept_is_refused_with_the_name_that_was_meant(desk: Desk) -> None:
    desk.hand_in("first.rules.yaml", RULES)
    desk.once()
    desk.hand_in("frist.rules.yaml", "")
    (one,) = desk.once(expect=Exit.FINDINGS)["files"]
    assert one["answer"] == "refused"
    assert "no rules are kept as `frist.rules.yaml`" in one["problems"][0]
    assert "did you mean `first.rules.yaml`?" in one["problems"][0]
    assert list(kept(desk)) == ["first.rules.yaml"]


def test_rules_taken_back_twice_are_as_they_were_after_the_first_time(desk: Desk) -> None:
    """Whoever is killed after the taking back and before the receipt gives the same answer the next time."""
    desk.hand_in("first.rules.yaml", RULES)
    desk.once()
    for _ in range(2):
        desk.hand_in("first.rules.yaml", "")
        assert [one["answer"] for one in desk.once()["files"]] == ["taken"]
    assert list(kept(desk)) == ["first.rules.yaml.taken-back"]
