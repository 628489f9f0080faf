"""The commands that need no plan."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from chfw_app.cli import run
from chfw_app.demo.prepare import DemoFiles
from tests.app.helpers import HUBS, Chfw, environment, write_csv

ROOT = Path(__file__).parents[2]


def test_help_names_every_command(chfw: Chfw) -> None:
    told = chfw("--help").out
    for name in ("estate", "rules", "plan", "verify", "explain", "cpl", "schema", "doctor", "demo"):
        assert name in told


@pytest.mark.parametrize("command", ["plan", "verify", "explain", "estate generate", "rules check", "cpl history"])
def test_every_command_has_help(chfw: Chfw, command: str) -> None:
    ran = chfw(*command.split(), "--help")
    assert ran.code == 0
    assert "Usage" in ran.out


def test_the_estate_is_the_same_for_the_same_seed(chfw: Chfw, tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        assert chfw("estate", "generate", "--hubs", 300, "--seed", seed, "--out", tmp_path / f"{name}.csv").code == 0
    a, b, c = ((tmp_path / f"{name}.csv").read_bytes() for name in "abc")
    assert a == b != c


@pytest.mark.parametrize("words", [["--hubs", "0"], ["--hubs", "x"], ["--hubs", "5", "--suppliers", "0"]])
def test_an_estate_that_cannot_be_made(chfw: Chfw, tmp_path: Path, words: list[str]) -> None:
    ran = chfw("estate", "generate", "--seed", 1, "--out", tmp_path / "e.parquet", *words)
    assert ran.code == 1
    assert len(ran.problems) == 1
    assert list(tmp_path.iterdir()) == []


def test_estate_check_counts(chfw: Chfw, world: DemoFiles) -> None:
    told = json.loads(chfw("estate", "check", world.estate, "--json").out)
    assert told["hubs"] == HUBS
    assert sum(told["counts"]["csp_region"].values()) == HUBS
    assert told["bad_rows"] == []


def test_estate_check_finds_bad_rows(chfw: Chfw, tmp_path: Path, world: DemoFiles) -> None:
    from tests.app.test_bad_inputs import ESTATE_HEADER, row

    bad = write_csv(tmp_path / "e.csv", [ESTATE_HEADER, row("88-73-84-90-6A-10-02-DB"), row("nonsense")])
    ran = chfw("estate", "check", bad)
    assert ran.code == 2
    assert "1 bad row" in ran.out


def test_rules_check(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    assert chfw("rules", "check", world.rules).code == 0
    bad = tmp_path / "bad.rules.yaml"
    bad.write_text('rules: v1\nowner: NWND\nexclude:\n  - {id: a, because: b, when: flagz has "x"}\n', "utf-8")
    ran = chfw("rules", "check", bad)
    assert ran.code == 3
    assert f"{bad}:4:" in ran.out
    assert "did you mean `flags`" in ran.out
    assert json.loads(chfw("rules", "check", bad, "--json").out)["errors"] == 1
    assert json.loads(chfw("rules", "check", bad, "--format", "sarif").out)["version"] == "2.1.0"
    assert chfw("rules", "check", bad, "--format", "github").out.startswith("::error file=")


@pytest.mark.parametrize("words", [[], ["nowhere.rules.yaml"]])
def test_rules_check_without_files(chfw: Chfw, words: list[str]) -> None:
    ran = chfw("rules", "check", *words)
    assert ran.code == 1
    assert len(ran.problems) == 1


def test_warnings_fail_only_when_asked(chfw: Chfw, tmp_path: Path) -> None:
    file = tmp_path / "w.rules.yaml"
    file.write_text('rules: v1\nowner: NWND\nsets: {unused: ["CS-0001"]}\n', encoding="utf-8")
    assert chfw("rules", "check", file).code == 0
    assert chfw("rules", "check", file, "--fail-level", "warning").code == 2


def test_doctor(chfw: Chfw) -> None:
    told = json.loads(chfw("doctor", "--json").out)
    assert all(told["parts"].values())
    assert set(told) == {"facts", "parts", "warnings"}
    assert chfw("doctor").code == 0


def test_doctor_tells_of_the_databases(chfw: Chfw, monkeypatch: pytest.MonkeyPatch) -> None:
    told = json.loads(chfw("doctor", "--json").out)
    assert told["facts"]["PostgreSQL driver"].startswith("psycopg 3.")
    old = sqlite3.sqlite_version_info < (3, 51, 3)
    assert old == any(warning.startswith("SQLite ") for warning in told["warnings"])
    monkeypatch.setattr("chfw_app.doctor.part_version", lambda name: None if name == "psycopg" else "1")
    assert "pip install 'chfw[postgres]'" in chfw("doctor", "--json").out


def test_schema(chfw: Chfw) -> None:
    names = chfw("schema").out.split()
    assert {"rules", "release", "estate", "schedule"} <= set(names)
    for name in names:
        assert json.loads(chfw("schema", name).out)["$schema"]
    ran = chfw("schema", "relaese")
    assert ran.code == 1
    assert "did you mean `release`?" in ran.err


def test_cpl_history(chfw: Chfw, tmp_path: Path) -> None:
    from chfw_core.documents.cpl import CPL_COLUMNS

    entry = ["000012", "Current", "Communications Hub", "1086", "5431", "1F", "52", "54311F52", "000A7100", ""]
    products = write_csv(tmp_path / "cpl.csv", [CPL_COLUMNS, entry])
    issues = write_csv(
        tmp_path / "history.csv",
        [("version", "issued", "changes"), ("1.1", "2016-11-07", "One New Device Model added:\n\n000012 - Toshiba")],
    )
    told = json.loads(chfw("cpl", "history", products, issues, "--json").out)
    assert [notice["entry"] for notice in told["notices"]] == [12]
    assert "CPL-1086-000A7100" in chfw("cpl", "history", products, issues).out


def test_a_fault_of_ours_is_one_line_with_the_way_to_the_traceback(chfw: Chfw, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("chfw_app.cli.doctor.check_up", broken)
    ran = chfw("doctor")
    assert ran.code == 3
    assert "a fault in chfw, not in your input: ZeroDivisionError: oh" in ran.err
    assert "CHFW_TRACEBACK=1" in ran.err
    monkeypatch.setenv("CHFW_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        run(["doctor"])


@pytest.mark.parametrize("words", ["schema rules", "doctor --json", "doctor"])
def test_a_reader_that_has_had_enough_is_no_error(words: str) -> None:
    code = f"from chfw_app.cli import main; import sys; sys.argv[1:] = {words.split()!r}; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_importing_the_core_loads_attrs_alone() -> None:
    code = (
        "import sys; before = set(sys.modules); import chfw_core; "
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    ours = set(done.stdout.split())
    assert ours - sys.stdlib_module_names <= {"attr", "attrs", "chfw_core"}
