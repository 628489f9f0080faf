"""`chfw report`: tables for people, one object for machines, files, and what it says when it cannot."""

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from chfw_core.model.guid import format_guid
from tests.app.helpers import Chfw
from tests.app.reports.readings import AT
from tests.app.reports.scenes import OWN, SOLE, SOUTHERN, SPLIT, UNKNOWN, WAITING, under_way
from tests.app.rollout.conftest import Told
from tests.core.rollout.worlds import R

LATE = "2026-04-20T09:00:00Z"
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""What differs between databases lies below the commands, and is tested there on both."""


@pytest.fixture
def store(told: Told, url: str) -> str:
    under_way(told)
    return url


def obj(chfw: Chfw, *words: object, code: int = 0) -> dict[str, Any]:
    ran = chfw("report", *words, "--json")
    assert (ran.code, ran.err) == (code, "")
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_status_as_an_object(chfw: Chfw, store: str) -> None:
    found = obj(chfw, "status", "--as", "ALPHA", "--store", store)
    assert found["as"] == "ALPHA"
    assert found["age"] == {"at": "2026-03-20T06:00:00Z", "entry": None}
    assert [hub["guid"] for hub in found["hubs"]] == [format_guid(guid) for guid in sorted(OWN)]
    assert found["more"] is False
    (release,) = found["releases"]
    assert release["hubs"]["held"] == 1
    page = obj(chfw, "status", "--as", "ALPHA", "--store", store, "--limit", 2)
    assert (len(page["hubs"]), page["more"]) == (2, True)


def test_status_for_people_says_how_old_it_is(chfw: Chfw, store: str) -> None:
    ran = chfw("report", "status", "--as", "ALPHA", "--store", store)
    assert ran.code == 0
    for words in ("awaiting other supplier", "defect in triage", format_guid(SPLIT), "as of 2026-03-20T06:00:00Z"):
        assert words in ran.out
    assert "entry" not in ran.out.splitlines()[-1].replace("last entry", "")
    dcc = chfw("report", "flight", "--as", "DCC", "--store", store)
    assert ", entry " in dcc.out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ALPHB", ("status",)),
        ("ALPHB", ("dashboard", "--out", "d.xlsx")),
        ("CSP:Nroth", ("flight",)),
    ],
)
def test_a_reader_of_whose_hubs_no_release_knows_is_told_so_and_no_other_name(
    chfw: Chfw, store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: tuple[str, ...]
) -> None:
    """A slip looks like an estate without upgrades. NF7: which names there are is not told."""
    monkeypatch.chdir(tmp_path)
    ran = chfw("report", *words, "--as", name, "--store", store)
    assert (ran.code, ran.err.strip()) == (2, f"no release has hubs of `{name}`")


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_extracts_hold_every_hub_once(chfw: Chfw, store: str, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"estate.{ending}"
    ran = chfw("report", "status", "--as", "ALPHA", "--store", store, "--out", out)
    assert ran.out.startswith(f"5 hubs in {out}")
    if ending == "parquet":
        assert pq.read_table(out).column("guid").to_pylist() == sorted(OWN)
    else:
        lines = out.read_text(encoding="utf-8").splitlines()
        assert [line.split(",")[1] for line in lines[1:]] == [format_guid(guid) for guid in sorted(OWN)]
        assert any(",import|gas,verified," in line for line in lines)


def test_eligible_hubs_with_their_roles(chfw: Chfw, store: str, tmp_path: Path) -> None:
    """BR1.4, BR2.1."""
    out = tmp_path / "eligible.csv"
    assert chfw("report", "eligible", "--as", "ALPHA", "--store", store, "--release", R, "--out", out).code == 0
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "guid,roles,region,device_model,firmware_version,configuration_set"
    assert f"{format_guid(SOLE)},import|gas,North,433100AC,00000002,SET-2" in lines
    assert f"{format_guid(WAITING)},import,North,433100AC,00000001,SET-1" in lines
    assert len(lines) == 1 + len(OWN)


def test_actions_say_how_much_time_is_left_or_how_late(chfw: Chfw, store: str) -> None:
    """BR5.4, BR5.5, CS2."""
    csp = chfw("report", "actions", "--as", "CSP:North", "--store", store, "--at", LATE)
    assert "late by" in csp.out
    assert "report outcomes" in csp.out
    found = obj(chfw, "actions", "--as", "BETA", "--store", store, "--at", AT)
    (task,) = found["tasks"]
    assert (task["kind"], task["hubs"], task["late"]) == ("instruct", 2, False)
    assert task["left"] > 0
    assert {"release", "actor", "kind", "due", "left"} == set(found["others"][0])


@pytest.mark.parametrize("columns", ["70", "80", "109", "112", None])
def test_a_time_is_never_broken(chfw: Chfw, store: str, monkeypatch: pytest.MonkeyPatch, columns: str | None) -> None:
    """BR5.4: `late by 1 d 14` is no time, however narrow the table."""
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    at = "2026-04-20T05:00:00Z"
    for words in (("late", "--as", "DCC"), ("actions", "--as", "CSP:North")):
        said = chfw("report", *words, "--store", store, "--at", at).out
        assert re.search(r"late by \d+ d \d+ h", said), said


@pytest.mark.parametrize("columns", range(50, 120, 3))
def test_nothing_of_a_table_is_cut_off(chfw: Chfw, store: str, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    said = chfw("report", "late", "--as", "DCC", "--store", store, "--at", "2026-04-20T05:00:00Z").out
    table = [line for line in said.splitlines() if line.startswith(" ") and "─" not in line]
    assert sorted("".join(table).replace(" ", "")) == sorted(
        "whoreleasedayhandedoveroverduegivenupduetimeCSP:NorthREL-12026-03-202102026-03-25T00:00:00Zlateby26d5h"
    ), said


def test_late_tells_by_its_exit_code(chfw: Chfw, store: str) -> None:
    assert chfw("report", "late", "--as", "DCC", "--store", store, "--at", AT).out.startswith("no outcome is overdue")
    found = obj(chfw, "late", "--as", "DCC", "--store", store, "--at", LATE, code=2)
    (late,) = found["late"]
    assert (late["region"], late["overdue"]) == ("North", 1)
    assert "CSP:North" in chfw("report", "late", "--as", "CSP:North", "--store", store, "--at", LATE).out


def test_products_and_trends(chfw: Chfw, store: str) -> None:
    found = obj(chfw, "deployed", "--as", "ALPHA", "--store", store)
    assert sum(one["hubs"] for one in found["products"]) == len(OWN)
    moved = obj(chfw, "trends", "--as", "ALPHA", "--store", store, "--by", "configuration-set")
    assert moved["weeks"][-1]["hubs"] == {"SET-1": 3, "(unknown)": 1, "SET-2": 1}
    assert moved["industry_min_parties"] == 5
    people = chfw("report", "trends", "--as", "ALPHA", "--store", store)
    assert "fewer than 5 Parties are in it (an assumption)" in people.out


def test_what_cannot_be_read_is_said_in_one_line(chfw: Chfw, store: str, tmp_path: Path) -> None:
    def said(*words: object) -> str:
        ran = chfw("report", *words)
        assert (ran.code, ran.out) == (1, "")
        (line,) = ran.problems
        return line.removeprefix("error: ")

    alpha = ("--as", "ALPHA", "--store", store)
    missing = tmp_path / "none.db"
    assert "there is no ledger" in said("status", "--as", "ALPHA", "--store", missing)
    assert not missing.exists()
    assert said("status", *alpha, "--guid", "12") == "`12` is not a GUID"
    assert said("status", *alpha, "--guid", format_guid(UNKNOWN)).endswith("is none of the hubs of `ALPHA`")
    assert said("status", *alpha, "--state", "planed") == "a hub is never `planed`"
    assert said("status", *alpha, "--release", "REL-9") == "`ALPHA` has no release `REL-9`"
    assert said("late", *alpha) == "this report is for the DCC and a CSP, and `ALPHA` is a Supplier"
    assert said("deployed", "--as", "PANEL", "--store", store).endswith("and `PANEL` is the Panel or its Sub-Committee")
    assert "the extension `.xls`" in said("status", *alpha, "--out", tmp_path / "a.xls")


def test_the_ledger_is_found_by_its_path_and_by_the_environment(
    chfw: Chfw, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store.removeprefix("sqlite:///")
    by_path = chfw("report", "status", "--as", "ALPHA", "--store", path)
    monkeypatch.setenv("CHFW_STORE", path)
    assert chfw("report", "status", "--as", "ALPHA").out == by_path.out
    assert format_guid(SOUTHERN) in by_path.out
