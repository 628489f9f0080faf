"""The real Central Products List up to 2020 and its issues (G6, BR1.6). Not part of the project."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from chfw_core.documents.cpl import HUB, CplRead
from chfw_core.documents.cpl_history import (
    History,
    assumed_paths,
    release_id,
    replay_events,
    replayed_release,
    with_assumed_paths,
)
from chfw_core.documents.defaults import bank_holidays, default_parameters
from chfw_core.model.products import CplStatus, of_type
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.release_state import release_state
from chfw_files.documents.cpl import read_cpl, read_history

FOLDER = Path(__file__).parents[2].parent / "shared" / "cpl"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the real list is not beside this checkout")
RECALLED = "CPL-106C-125080E0"


@pytest.fixture(scope="module")
def listed() -> CplRead:
    return read_cpl(FOLDER / "cpl_to_2020.csv")


@pytest.fixture(scope="module")
def history(listed: CplRead) -> History:
    return read_history(FOLDER / "history_to_2020.csv", listed.cpl)


def test_no_entry_of_the_real_list_is_lost(listed: CplRead) -> None:
    assert (len(listed.cpl.entries), listed.bad_lines) == (462, ())
    hubs = of_type(listed.cpl.entries, HUB)
    assert len(hubs) == 104
    assert sorted({note.message[-4:] for note in listed.notes}) == ["1072"]
    assert {entry.number for entry in hubs if entry.status is CplStatus.REMOVED} == {7, 15, 24}


def test_one_combination_is_there_twice_and_current_g6(listed: CplRead) -> None:
    assert [entry.number for entry in listed.cpl.find("433100AC", "125083AE")] == [40, 128]
    assert listed.cpl.is_current("433100AC", "125083AE")
    assert not listed.cpl.is_current("433100AC", "125080E0")


def test_every_hub_of_the_issues_is_joined(listed: CplRead, history: History) -> None:
    assert {notice.entry.number for notice in history.notices} == {
        entry.number for entry in of_type(listed.cpl.entries, HUB)
    } - {1, 2, 3, 4}
    assert [(removal.entry.number, removal.day) for removal in history.removals] == [
        (7, date(2016, 11, 18)),
        (15, date(2017, 1, 11)),
        (24, date(2017, 8, 23)),
    ]


def test_what_cannot_be_joined_is_listed(history: History) -> None:
    assert [(u.issue, u.text[:6]) for u in history.unjoined] == [
        ("1.18", "000033"),
        ("1.19", "000033"),
        ("1.43", "000074"),
        ("1.43", "000075"),
        ("1.44", "000074"),
        ("1.44", "000075"),
        ("1.158", "2019-0"),
        ("", "000001"),
        ("", "000002"),
        ("", "000003"),
        ("", "000004"),
    ]


def test_paths_go_round_the_recalled_image(history: History) -> None:
    paths = assumed_paths(history)
    assert paths["433100AC", "125080E0"] == ("12407768",)
    assert paths["433100AC", "125083AE"] == ("12407768",)
    assert all("125080E0" not in earlier for earlier in paths.values())


def test_the_real_recall_revokes_its_release_br1_6(listed: CplRead, history: History) -> None:
    """Listed on 17 July 2017, removed on 23 August 2017: from then on every hub of it is held (I4)."""
    parameters = default_parameters()
    inputs = {
        "release": replayed_release(history, RECALLED, parameters),
        "events": replay_events(history),
        "cpl": with_assumed_paths(listed.cpl, history),
        "parameters": parameters,
        "holidays": bank_holidays(),
    }
    hub = {"device_model": "433100AC", "firmware_version": "12407768", "csp_region": "North", "manufacturer": "106C"}
    before = release_state(PlanInputs(**inputs, as_of=datetime(2017, 8, 22, 22, tzinfo=UTC)))  # type: ignore[arg-type]
    after = release_state(PlanInputs(**inputs, as_of=datetime(2017, 8, 23, 9, tzinfo=UTC)))  # type: ignore[arg-type]
    assert before.held(hub) is None
    assert "the release was revoked at 2017-08-22T23:00:00Z: CPL issue 1.22" in str(after.held(hub))


def test_every_year_has_its_releases(history: History) -> None:
    first = {release_id(notice): notice.day.year for notice in reversed(history.notices)}
    years = list(first.values())
    assert {year: years.count(year) for year in range(2016, 2021)} == {2016: 6, 2017: 9, 2018: 7, 2019: 9, 2020: 14}
