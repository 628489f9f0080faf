"""Issues of the Central Products List, written as the real ones are."""

from datetime import UTC, date, datetime

import pytest

from chfw_core.documents.cpl_history import (
    ASSUMED,
    History,
    assumed_paths,
    describe,
    read_history,
    release_id,
    replay_events,
    replayed_release,
    with_assumed_paths,
)
from chfw_core.documents.defaults import default_parameters
from chfw_core.documents.rows import Row
from chfw_core.errors import InputError
from chfw_core.model.periods import london_midnight
from chfw_core.model.products import CentralProductsList, CplEntry, CplStatus


def entry(number: int, model: str, version: str, kind: str = "Communications Hub") -> CplEntry:
    return CplEntry(
        number=number,
        status=CplStatus.CURRENT,
        device_type=kind,
        manufacturer="106C",
        device_model=model,
        firmware_version=version,
    )


CPL = CentralProductsList(
    [
        entry(14, "433100AC", "12407768"),
        entry(23, "05040302", "00000001", "Gas Smart Meter"),
        entry(24, "433100AC", "125080E0"),
        entry(26, "54311F52", "0B150000"),
        entry(27, "54322052", "0B150000"),
        entry(28, "54342152", "0B150000"),
        entry(40, "433100AC", "125083AE"),
        entry(128, "433100AC", "125083AE"),
        entry(132, "433100AD", "1260A11E"),
    ]
)
RECALL = """\
One New Device Model removed:
000024 - EDMI Communications Hub (defect identified. A revised entry is
provided as entry number 000040)
One New Device Model added:     000040 - EDMI (was 1.38; see INC000000619565)"""
CORRECTED = """\
Three New Device Models added:
00026 to 000028 - Toshiba

Entry number 000024 CPA certificate was corrected"""
FIRST = """\
One new Device Models added:
0000014 - EDMI CS-10 (updated firmware)
Entry status set to &#39;Current&#39;"""
ISSUES = [
    ("1.6", "2016-12-20", FIRST),
    ("1.14", "2017-07-17", "Two New Device Models added:\n000023 - Gas Meter\n000024 - EDMI Communications Hub"),
    ("1.15", "2017-07-18", CORRECTED),
    ("1.22", "2017-08-23", RECALL),
    ("1.23", "2017-08-24", "-"),
    ("1.24", "2017-08-25", "One Device Model amended:\n000040 - EDMI (new text)\n000099 – Unheard Of"),
    ("1.25", "2017-08-20", "Five New Device Models added:\n000128 - EDMI (GBCS 1.1)"),
    ("1.26", "soon", "One New Device Model added:\n000132 - EDMI"),
]


def history(*more: tuple[str, str, str]) -> History:
    rows = [
        Row(line=at, cells=dict(zip(("version", "issued", "changes"), issue, strict=True)))
        for at, issue in enumerate([*ISSUES, *more], start=2)
    ]
    return read_history(rows, CPL)


def test_entries_are_joined_however_their_numbers_are_written_br1_6() -> None:
    found = history()
    assert [(n.entry.number, n.issue) for n in found.notices] == [
        (14, "1.6"),
        (24, "1.14"),
        (26, "1.15"),
        (27, "1.15"),
        (28, "1.15"),
        (40, "1.22"),
        (128, "1.25"),
    ]
    (recall,) = found.removals
    assert (recall.entry.number, recall.day) == (24, date(2017, 8, 23))
    assert recall.reason == (
        "EDMI Communications Hub (defect identified. A revised entry is provided as entry number 000040)"
    )


def test_what_cannot_be_joined_is_listed_never_guessed() -> None:
    assert [(u.issue, u.text, u.why) for u in history().unjoined] == [
        ("1.24", "000099", "no such entry on the list"),
        ("1.25", "2017-08-20", "issued before the issue ahead of it (2017-08-25); taken as written"),
        ("1.26", "soon", "the day of issue is not a date"),
        ("", "000132 433100AD 1260A11E", "no issue says when it was added"),
    ]


def test_a_number_before_any_heading_does_nothing() -> None:
    assert history(("2.0", "2018-01-01", "000132 - EDMI")).notices == history().notices
    assert history(("2.0", "2018-01-01", "")).notices == history().notices


def test_paths_lead_from_the_entry_before_that_is_not_removed_and_are_marked() -> None:
    """SEC MP231 has real paths; the years before have none, so these are assumed."""
    paths = assumed_paths(history())
    assert paths == {("433100AC", "125080E0"): ("12407768",), ("433100AC", "125083AE"): ("12407768",)}
    assert with_assumed_paths(CPL, history()).upgrade_paths == paths
    shown = describe(history())["upgrade_paths"]
    assert isinstance(shown, list)
    assert {path["basis"] for path in shown} == {ASSUMED}


def test_one_image_of_one_maker_is_one_release() -> None:
    ids = [release_id(notice) for notice in history().notices]
    assert ids.count("CPL-106C-0B150000") == 3
    release = replayed_release(history(), "CPL-106C-0B150000", default_parameters())
    assert release.device_models == ("54311F52", "54322052", "54342152")
    assert release.notified_at == london_midnight(date(2017, 7, 18))
    assert release.automatic_at == london_midnight(date(2018, 1, 18))


def test_a_release_without_a_notice_is_not_there() -> None:
    with pytest.raises(InputError, match="no release called `CPL-106C-1260A11E`"):
        replayed_release(history(), "CPL-106C-1260A11E", default_parameters())


def test_a_recall_revokes_its_release_br1_6() -> None:
    events = replay_events(history())
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    (revoked,) = [event for event in events if event.type == "release_revoked"]
    assert revoked.at == datetime(2017, 8, 22, 23, tzinfo=UTC)
    assert revoked.fields["release"] == "CPL-106C-125080E0"
    assert "device_model" not in revoked.fields
    assert [event.fields["release"] for event in events if event.type == "release_notified"] == [
        "CPL-106C-12407768",
        "CPL-106C-125080E0",
        "CPL-106C-0B150000",
        "CPL-106C-125083AE",
    ]


def test_a_recall_of_one_of_several_models_concerns_that_model_only() -> None:
    found = history(("2.0", "2018-01-01", "Device Model removed:\n000027 - Toshiba (wrong details)"))
    revoked = replay_events(found)[-1]
    assert (revoked.type, revoked.fields["device_model"]) == ("release_revoked", "54322052")


def test_everything_is_in_the_description() -> None:
    shown = describe(history())
    assert {key: len(value) for key, value in shown.items() if isinstance(value, list)} == {
        "notices": 7,
        "removals": 1,
        "upgrade_paths": 2,
        "unjoined": 4,
    }
