"""BR1: the DCC tells Suppliers and CSPs that it intends to deploy a release."""

from datetime import date, datetime, timedelta

import pytest

from chfw_core.documents.defaults import default_parameters
from chfw_core.documents.release import read_release
from chfw_core.model.parties import DCC
from chfw_core.model.periods import london_midnight
from chfw_core.rollout.notice.commands import (
    AddHubs,
    DraftRelease,
    MoveAutomaticDate,
    NotifyRelease,
    PublishReleaseNote,
    RevokeNotice,
)
from chfw_core.rollout.records import ReleaseNote
from chfw_core.rollout.states import HubState
from tests.acceptance.people import (
    AUTOMATIC,
    CENTRAL,
    CLDR,
    COTTAGE,
    CUT_OFF,
    ELMS,
    FARM,
    FIRMWARE,
    FLAT,
    FROS,
    HOMES,
    MILL,
    NEW,
    NORTH,
    NWND,
    SOUTH,
    TERRACE,
    hub_class,
    march,
    written,
)
from tests.acceptance.world import World, kinds

EVERYBODY = {NWND, CLDR, ELMS, f"CSP:{NORTH}", f"CSP:{CENTRAL}", f"CSP:{SOUTH}"}


def test_every_relevant_supplier_and_csp_is_told_and_nobody_else(world: World) -> None:
    """BR1.1."""
    world.given_a_draft()
    assert world.sent() == []  # a draft is the DCC's own business
    world.done(DCC, NotifyRelease, classes=tuple(map(hub_class, HOMES)))
    assert world.readers_of("release_notice") == EVERYBODY
    assert world.told(FROS) == []  # it has no hub in this release
    assert [len(world.told(who, "release_notice")) for who in EVERYBODY] == [1] * len(EVERYBODY)


def test_a_supplier_or_csp_that_becomes_relevant_later_is_told_then(world: World) -> None:
    """BR1.1: its first hub becomes eligible months after the notice."""
    world.given_notice([TERRACE, COTTAGE])
    assert f"CSP:{SOUTH}" not in world.readers_of("release_notice")
    assert ELMS not in world.readers_of("release_notice")
    world.on(march(2))
    world.done(DCC, AddHubs, classes=(hub_class(FARM), hub_class(MILL)))
    assert kinds(world.told(ELMS)) == ["release_notice", "own_hubs"]
    assert kinds(world.told(f"CSP:{SOUTH}")) == ["release_notice"]
    assert len(world.told(NWND, "release_notice")) == 1


def test_the_notice_says_what_on_which_hubs_how_grave_and_by_when(world: World) -> None:
    """BR1.2: model and version as on the CPL, link to the note, severity, priority, automatic date."""
    world.given_notice()
    (notice,) = world.told(NWND, "release_notice")
    assert notice["device_models"] == ["433100AC"]
    assert notice["firmware_version"] == NEW
    assert notice["cpl_entry"] == "433100AC/1A020400"
    assert notice["note_url"] == "https://notes.example.org/ch-2026-01"
    assert (notice["severity"], notice["priority"]) == ("high", "normal")
    assert notice["automatic_at"] == "2026-07-05T23:00:00Z"  # 6 July, 00:00 in London
    assert notice["cutoff"] == "2026-06-05T23:00:00Z"
    csps = world.told(f"CSP:{NORTH}", "release_notice")[0]
    assert {**csps, "to": NWND} == notice  # all get the same


def test_the_automatic_date_is_six_months_after_the_notice_unless_the_dcc_sets_another() -> None:
    """BR1.3: the figure is a dated parameter; a release that says nothing gets it."""
    assert automatic_of() == london_midnight(date(2026, 7, 5))
    assert automatic_of(automatic_at="2026-03-01") == london_midnight(date(2026, 3, 1))
    assert automatic_of(automatic_at="2026-12-01") == london_midnight(date(2026, 12, 1))


@pytest.mark.parametrize("days", [-60, 60], ids=["earlier", "later"])
def test_the_dcc_moves_the_automatic_date_and_everybody_is_told(world: World, days: int) -> None:
    """BR1.3: and with it the last day for instructions; what was instructed before stays."""
    world.given_notice()
    world.instructs(NWND, TERRACE)
    moved = AUTOMATIC + timedelta(days=days)
    world.done(DCC, MoveAutomaticDate, automatic_at=moved, reason="supply of the image")
    assert world.readers_of("date_moved") == EVERYBODY
    (told,) = world.told(CLDR, "date_moved")
    assert told["automatic_at"] == moved.isoformat().replace("+00:00", "Z")
    assert told["cutoff"] != CUT_OFF.isoformat()
    assert told["reason"] == "supply of the image"
    assert world.hub(TERRACE).window_opens == march(10)
    assert world.refused(DCC, MoveAutomaticDate, automatic_at=world.now, reason="no") == "in_the_past"


def test_each_supplier_gets_the_list_of_its_own_hubs_and_of_its_role_in_each(world: World) -> None:
    """BR1.4: Import, Gas, or both; BR3.3: and that there is a second Supplier, never who."""
    world.given_notice([TERRACE, FLAT, MILL, FARM])
    assert lists_of(world, NWND) == {
        (("import", "gas"), False): written(TERRACE),
        (("import",), True): written(FLAT),
        (("import",), False): written(FARM),
    }
    assert lists_of(world, CLDR) == {(("gas",), True): written(FLAT), (("import",), True): written(MILL)}
    assert lists_of(world, ELMS) == {(("gas",), True): written(MILL)}


def test_the_release_note_is_published_and_each_update_is_told(world: World) -> None:
    """BR1.5: through the testing cycle, before the notice and after it."""
    world.given_a_draft()
    draft = ReleaseNote(url="https://notes.example.org/ch-2026-01/draft", version="0.1")
    world.done(DCC, PublishReleaseNote, note=draft)
    world.done(DCC, NotifyRelease, classes=tuple(map(hub_class, HOMES)))
    (notice,) = world.told(NWND, "release_notice")
    assert (notice["note_url"], notice["note_version"]) == (draft.url, "0.1")
    tested = ReleaseNote(url="https://notes.example.org/ch-2026-01", version="1.0")
    world.done(DCC, PublishReleaseNote, note=tested)
    assert world.readers_of("release_note_updated") == EVERYBODY
    (updated,) = world.told(ELMS, "release_note_updated")
    assert (updated["note_url"], updated["note_version"]) == (tested.url, "1.0")
    assert world.release().note == tested


def test_the_dcc_revokes_a_notice_for_good_and_everybody_is_told(world: World) -> None:
    """BR1.6: nothing is handed over any more, and nobody can instruct."""
    world.given_mass_begun()
    world.publishes(TERRACE)
    world.done(DCC, RevokeNotice, reason="a defect was found")
    assert world.readers_of("decision") == EVERYBODY
    (told,) = world.told(NWND, "decision")
    assert (told["standing"], told["because"]) == ("revoked", "a defect was found")
    assert told["meaning"]["planned"] == "the hub is never handed over in this release; its instructions are void"
    receipt = world.hands_over(TERRACE)
    assert receipt.refused is not None
    assert receipt.refused.code == "final"
    assert world.state(TERRACE) is HubState.PLANNED
    again = world.when(DCC, DraftRelease, firmware=FIRMWARE).refused
    assert again is not None


def automatic_of(**more: str) -> datetime:
    """The automatic time of a release file that was notified on 5 January."""
    said = {"release": "v1", "id": "CH-2026-01", "notified_at": "2026-01-05", **more}
    lines = [f"{key}: {value}" for key, value in said.items()]
    text = "\n".join([*lines, 'device_models: ["433100AC"]', f'firmware_version: "{NEW}"']) + "\n"
    read = read_release(text, "release.yaml", default_parameters())
    assert read.release is not None, read.problems
    return read.release.automatic_at


def lists_of(world: World, party: str) -> dict[tuple[tuple[str, ...], bool], list[str]]:
    """By roles, and by whether there is a second Supplier, the hubs that a Supplier was told are its own."""
    found: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for told in world.told(party, "own_hubs"):
        found.setdefault((tuple(told["roles"]), told["second_supplier"]), []).extend(told["guids"])
    return found
