"""What a CSP reports, from a file: few commands, each hub at its own time (CS2)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chfw_core.model.guid import Guid, format_guid
from chfw_core.rollout.outcomes.commands import OutcomeKind, ReportOutcomes
from chfw_files.documents.commands_in import read_outcomes
from tests.app.helpers import write_csv

HEAD = ("guid", "outcome", "occurred_at", "firmware_version", "reason")
NEW = "0D050002"
Row = tuple[int, str, str, str, str]
Said = tuple[OutcomeKind, dict[Guid, int]]


def read(tmp_path: Path, *rows: Row) -> tuple[ReportOutcomes, ...]:
    path = write_csv(
        tmp_path / "outcomes.csv",
        [
            HEAD,
            *(
                (format_guid(guid), what, f"2026-03-01T{at}:00:00Z", version, why)
                for guid, what, at, version, why in rows
            ),
        ],
    )
    found = read_outcomes(path, "R", "k", "CSP:North")
    assert found.bad_rows == ()
    return tuple(one for one in found.commands if isinstance(one, ReportOutcomes))


def said(command: ReportOutcomes) -> Said:
    """The hour of each hub."""
    times = command.times or [command.occurred_at] * len(command.guids)
    return command.outcome, {guid: when.hour for guid, when in zip(command.guids, times, strict=True)}


def test_hubs_that_differ_in_their_time_alone_are_one_command(tmp_path: Path) -> None:
    found = read(
        tmp_path, (3, "activated", "05", NEW, ""), (1, "activated", "04", NEW, ""), (2, "failed", "03", "", "no image")
    )
    assert [said(one) for one in found] == [
        (OutcomeKind.ACTIVATED, {1: 4, 3: 5}),
        (OutcomeKind.FAILED, {2: 3}),
    ]
    assert found[0].occurred_at == datetime(2026, 3, 1, 4, tzinfo=UTC)
    assert [one.key for one in found] == ["k/times/0", "k/1"]


def test_hubs_of_one_time_are_the_command_that_they_always_were(tmp_path: Path) -> None:
    """I9: a file that was answered before is answered again."""
    (found,) = read(tmp_path, (3, "activated", "04", NEW, ""), (1, "activated", "04", NEW, ""))
    assert (found.key, found.times) == ("k/0", None)


def test_what_is_said_of_one_hub_in_several_rows_keeps_its_order(tmp_path: Path) -> None:
    """A failure and the activation that followed, and beside it an activation and a failure."""
    rows = [
        (1, "failed", "03", "", "no image"), (2, "activated", "03", NEW, ""),
        (1, "activated", "04", NEW, ""), (2, "failed", "05", "", "no image"), (2, "activated", "06", NEW, ""),
    ]  # fmt: skip
    assert [said(one) for one in read(tmp_path, *rows)] == [
        (OutcomeKind.FAILED, {1: 3}),
        (OutcomeKind.ACTIVATED, {2: 3}),
        (OutcomeKind.ACTIVATED, {1: 4}),
        (OutcomeKind.FAILED, {2: 5}),
        (OutcomeKind.ACTIVATED, {2: 6}),
    ]


@pytest.mark.parametrize("count", [0, 1])
def test_few_rows(tmp_path: Path, count: int) -> None:
    assert len(read(tmp_path, *[(1, "activated", "04", NEW, "")] * count)) == count
