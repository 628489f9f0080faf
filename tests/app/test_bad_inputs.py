"""Every bad input gives one clear message, the right exit code and no half-written output."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from chfw_app.demo.prepare import DemoFiles
from tests.app.helpers import HUBS, Chfw, inputs, installed, left_in, write_csv

ESTATE_HEADER = (
    "guid", "csp_region", "manufacturer", "device_model", "firmware_version", "configuration_set", "installed_on",
    "smi_status", "import_supplier", "gas_supplier", "flags", "han_device_types",
)  # fmt: skip
GOOD_ROW = (
    "88-73-84-90-6A-10-02-DB", "Central", "1086", "54311F52", "0C240000", "CS-0112", "2020-01-01", "Commissioned",
    "NWND", "NWND", "", "ESME",
)  # fmt: skip


def row(guid: str, **changed: str) -> list[str]:
    return [
        {**dict(zip(ESTATE_HEADER, GOOD_ROW, strict=True)), "guid": guid, **changed}[name] for name in ESTATE_HEADER
    ]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "plan.parquet"


def refused(chfw: Chfw, out: Path, code: int, words: list[str], *says: str) -> None:
    """One message that says this, the code, and nothing left behind."""
    ran = chfw("plan", *words, "--out", out)
    assert (ran.code, len(ran.problems)) == (code, 1), ran.err
    for word in says:
        assert word in ran.err
    assert ran.out == ""
    assert left_in(out.parent) == []


def test_a_missing_file(world: DemoFiles, chfw: Chfw, out: Path) -> None:
    wrong = world.estate.with_name("estatee.parquet")
    refused(chfw, out, 1, inputs(world, estate=wrong), "there is no file", "did you mean", "estate.parquet")


def test_a_truncated_parquet_file(world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(world.estate.read_bytes()[:-2000])
    refused(chfw, out, 1, inputs(world, estate=cut), "not a readable Parquet file")


def test_a_parquet_file_with_damaged_pages(world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path) -> None:
    data = bytearray(world.estate.read_bytes())
    column = pq.ParquetFile(world.estate).metadata.row_group(0).column(0)
    data[column.data_page_offset : column.data_page_offset + 200] = b"\xff" * 200
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(data)
    refused(chfw, out, 1, inputs(world, estate=bad), "not a readable Parquet file")


def test_a_csv_file_with_wrong_columns(world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path) -> None:
    header = ["guid", "region", *ESTATE_HEADER[2:]]
    wrong = write_csv(tmp_path / "wrong.csv", [header, GOOD_ROW])
    refused(chfw, out, 1, inputs(world, estate=wrong), "csp_region")


@pytest.mark.parametrize("content", ["", ",".join(ESTATE_HEADER) + "\n"], ids=["nothing", "a header alone"])
def test_an_empty_estate(world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path, content: str) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text(content, encoding="utf-8")
    refused(chfw, out, 1, inputs(world, estate=empty), "empty.csv")


def test_a_party_that_the_estate_does_not_name(world: DemoFiles, chfw: Chfw, out: Path) -> None:
    words = inputs(world, attributes=f"NWDN={world.attributes}")
    refused(chfw, out, 3, words, "the estate names no Supplier `NWDN`", "did you mean `NWND`?")


def test_attributes_without_a_party(world: DemoFiles, chfw: Chfw, out: Path) -> None:
    refused(chfw, out, 1, inputs(world, attributes=str(world.attributes)), "PARTY=FILE")


def test_dates_in_the_wrong_order(world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path) -> None:
    release = tmp_path / "release.yaml"
    release.write_text(installed("release.yaml") + "automatic_at: 2025-07-05\n", encoding="utf-8")
    refused(chfw, out, 3, inputs(world, release=release), "E401", "is not after the notice")


def test_a_capacity_of_zero(world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path) -> None:
    release = tmp_path / "release.yaml"
    release.write_text(installed("release.yaml").replace("North: 4200", "North: 0"), encoding="utf-8")
    refused(chfw, out, 3, inputs(world, release=release), "E402")


def test_a_region_without_a_capacity(world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path) -> None:
    release = tmp_path / "release.yaml"
    release.write_text(installed("release.yaml").replace("North: 4200, ", ""), encoding="utf-8")
    refused(chfw, out, 3, inputs(world, release=release), "North")


def test_a_rule_file_of_200_megabytes(world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path) -> None:
    huge = tmp_path / "huge.rules.yaml"
    with huge.open("wb") as file:
        file.write(b"rules: v1\n#")
        file.truncate(200 << 20)
    refused(chfw, out, 3, inputs(world, rules=huge), "1 MiB")


def test_a_yaml_bomb(world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.rules.yaml"
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    bomb.write_text("\n".join(lines), encoding="utf-8")
    ran = chfw("plan", *inputs(world, rules=bomb), "--out", out)
    assert ran.code == 3
    assert ran.problems
    assert left_in(out.parent) == []


def test_a_folder_without_rule_files(world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path) -> None:
    refused(chfw, out, 1, inputs(world, rules=tmp_path / "out"), "*.rules.yaml")


def test_a_time_that_is_none(world: DemoFiles, chfw: Chfw, out: Path) -> None:
    refused(chfw, out, 1, inputs(world, as_of="tomorrow"), "`tomorrow`")


@pytest.mark.parametrize("option", ["--out", "--instructions-out", "--report"])
def test_an_output_in_a_folder_that_is_not_there(
    world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path, option: str
) -> None:
    places = {"--out": out, option: tmp_path / "nowhere" / ("file.html" if option == "--report" else "file.parquet")}
    ran = chfw("plan", *inputs(world), *(word for pair in places.items() for word in pair))
    assert ran.code == 1
    assert "there is no folder" in ran.err
    assert left_in(out.parent) == []


def test_an_output_that_is_neither_parquet_nor_csv(world: DemoFiles, chfw: Chfw, out: Path) -> None:
    refused(chfw, out.with_suffix(".txt"), 1, inputs(world), "`.txt`")


def test_an_unknown_option(chfw: Chfw) -> None:
    ran = chfw("plan", "--estat", "x")
    assert ran.code == 1
    assert len(ran.problems) == 1


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("plna", "there is no command `plna`", "did you mean `plan`?"),
        (
            "xyzzy",
            "there is no command `xyzzy`",
            "schema, estate, rules, schedule, report, files, cpl, ledger, rollout",
        ),
        ("rules chek", "there is no command `rules chek`", "did you mean `check`?"),
        ("rules xyzzy", "there is no command `rules xyzzy`", "preview, diff, explain, simulate, schema"),
        ("plan --out p.csv", "`chfw plan` needs --estate, and it is not there", "`chfw plan --help`"),
        ("plan --estate", "`chfw plan`: --estate needs a value", "`chfw plan --help`"),
        ("plan --estat x", "`chfw plan` needs --estate, and it is not there", "did you mean `--estate` by `--estat`?"),
        ("estate check", "`chfw estate check` needs F, and it is not there", "`chfw estate check --help`"),
    ],
)
def test_a_command_line_that_says_too_little(chfw: Chfw, words: str, message: str, hint: str) -> None:
    ran = chfw(*words.split())
    assert ran.code == 1
    told, cure = ran.err.splitlines()
    assert told == f"error: {message}"
    assert hint in cure


def test_all_problems_of_all_inputs_are_told_in_one_run(
    world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path
) -> None:
    release, rules, events = tmp_path / "release.yaml", tmp_path / "x.rules.yaml", tmp_path / "none.jsonl"
    release.write_text(installed("release.yaml").replace("severity: critical", "severity: dreadful"), encoding="utf-8")
    rules.write_text("rules: v1\nowner: NWND\nexclude:\n  - {id: a, because: b, when: no_such_field == 1}\n", "utf-8")
    words = inputs(world, release=release, rules=rules, events=events, attributes=f"NWDN={world.attributes}")
    ran = chfw("plan", *words, "--out", out)
    assert ran.code == 1  # one of them cannot be read at all
    for told in ("dreadful", "no_such_field", "none.jsonl", "NWDN"):
        assert told in ran.err
    assert left_in(out.parent) == []


def test_an_estate_of_bad_rows_alone(world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path) -> None:
    """There is no plan, but what is wrong with the rows is kept."""
    estate = write_csv(tmp_path / "estate.csv", [ESTATE_HEADER, row("nonsense"), row("88-73-84-90-6A-10-02-ZZ")])
    words = inputs(world, estate=estate, attributes=None, instructions=None, events=None)
    ran = chfw("plan", *words, "--out", out)
    assert (ran.code, len(ran.problems)) == (3, 1), ran.err
    assert left_in(out.parent) == ["plan.quarantine.csv"]


@pytest.mark.parametrize("engine", ["columnar", "reference"])
def test_bad_and_repeated_guids_are_set_aside(
    world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path, engine: str
) -> None:
    rows = [
        ESTATE_HEADER,
        row("88-73-84-90-6A-10-02-DB"),
        row("88-73-84-90-6A-10-02-ZZ"),
        row("88-73-84-90-6a-10-02-dc"),
        row("88-73-84-90-6A-10-02-DC"),
        row("88-73-84-90-6A-10-02-DD", csp_region="West"),
    ]
    estate = write_csv(tmp_path / "estate.csv", rows)
    words = inputs(world, estate=estate, attributes=None, instructions=None, events=None)
    ran = chfw("plan", *words, "--out", out, "--engine", engine)
    assert ran.code == 2, ran.err
    assert pq.read_table(out).num_rows == 1
    kept = (out.parent / "plan.quarantine.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in kept] == ["line", "3", "4", "5", "6"]
    assert "88-73-84-90-6A-10-02-ZZ" in kept[1]
    assert "more than once" in kept[2]
    assert "more than once" in kept[3]
    assert "West" in kept[4]
    assert "plan.quarantine.csv" in ran.out


def test_a_clean_run_takes_away_the_quarantine_of_an_earlier_one(world: DemoFiles, chfw: Chfw, out: Path) -> None:
    old = out.parent / "plan.quarantine.csv"
    old.write_text("from another run\n", encoding="utf-8")
    assert chfw("plan", *inputs(world), "--out", out).code in (0, 2)
    assert not old.exists()
    assert pq.read_table(out).num_rows == HUBS


def test_many_bad_rows_are_summed_up_by_cause(world: DemoFiles, chfw: Chfw, out: Path, tmp_path: Path) -> None:
    """BR5.2: nobody reads a thousand reasons one by one; of dates the likely meaning is named."""
    guids = [f"88-73-84-90-6A-10-{number:02X}-DB" for number in range(20)]
    rows = [row(guid, installed_on=f"{number + 1:02}/07/2023") for number, guid in enumerate(guids[:14])]
    rows += [row(guid) for guid in guids[14:]] + [row("nonsense")]
    estate = write_csv(tmp_path / "e.csv", [ESTATE_HEADER, *rows])
    checked = chfw("estate", "check", estate)
    planned = chfw("plan", *inputs(world, estate=estate, instructions=None, attributes=None), "--out", out)
    assert (checked.code, planned.code) == (2, 2), planned.err
    for ran, first in ((checked, "2"), (planned, "e.csv:2")):
        lines = ran.out.splitlines()
        start = next(at for at, line in enumerate(lines) if "Rows set aside, by cause" in line)
        dates = next(line for line in lines[start:] if "installed_on" in line)
        assert dates.split()[:2] == ["14", "installed_on"]
        assert dates.split()[-1] == first
    listed = out.with_name("plan.quarantine.csv").read_text(encoding="utf-8")
    assert "write `2023-07-14` if the day comes first" in listed
