"""The issues of the Central Products List as notices and recalls of hub firmware (G6, BR1.6).

The list's history is text for people: "Three New Device Models added: 000026 - Toshiba …". Here its
entry numbers, written in more than one way, are joined to the list's entries. What cannot be joined
is listed, never guessed. Only upgrade paths are drawn: the list of those years does not have them,
so each is marked as assumed.
"""

import html
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from attrs import evolve, frozen

from chfw_core.documents.cpl import HUB, entry_number
from chfw_core.documents.rows import Row
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.parameters import Parameters
from chfw_core.model.periods import add_months, london_midnight
from chfw_core.model.products import CentralProductsList, CplEntry
from chfw_core.model.releases import FirmwareRelease, Participation, Priority, ReleaseKind, Severity

HISTORY_COLUMNS = ("version", "issued", "changes")

ASSUMED = "assumed: the entry of the same model that was listed before and is not removed"

_NUMBER = r"(?<![\w:.])00\d{3,5}(?![\w:.])"
_RANGE = re.compile(rf"({_NUMBER})(?:\s*(?:to|-|–)\s*({_NUMBER}))?")
_REFERENCE = re.compile(r"(?:numbers?|entry|entries|and|,)\s*$", re.IGNORECASE)
_HEADING = re.compile(
    r"device(?:s|\s+models?|s\s+models?)?,?\s+(?:has\s+been\s+|have\s+been\s+)?"
    r"(?P<act>status\s+changed\s+to\s+\W?current|removed|re-added|added|amended)",
    re.IGNORECASE,
)
_ADDED, _REMOVED = ("added", "re-added", "status"), ("removed",)


@frozen(kw_only=True)
class Notice:
    """One hub entry as an issue of the list added it."""

    entry: CplEntry
    issue: str
    day: date


@frozen(kw_only=True)
class Removal:
    """One hub entry as an issue removed it; `reason` as the issue says it."""

    entry: CplEntry
    issue: str
    day: date
    reason: str


@frozen(kw_only=True)
class Unjoined:
    """Something in the history that leads to no entry, or an entry to which nothing leads."""

    issue: str
    text: str
    why: str


@frozen(kw_only=True)
class History:
    """Notices and removals of hubs in order of issue, and what could not be joined."""

    notices: tuple[Notice, ...]
    removals: tuple[Removal, ...]
    unjoined: tuple[Unjoined, ...]


@frozen(kw_only=True)
class _Act:
    number: int
    written: str
    act: str
    text: str


def read_history(rows: Iterable[Row], cpl: CentralProductsList) -> History:
    """Join the issues (columns `version issued changes`) to the list's hub entries."""
    hubs = {entry.number: entry for entry in cpl.entries if entry.device_type == HUB}
    others = {entry.number for entry in cpl.entries} - hubs.keys()
    notices: list[Notice] = []
    removals: list[Removal] = []
    unjoined: list[Unjoined] = []
    latest = date.min
    for row in rows:
        issue, written, changes = ((row.cells.get(name) or "").strip() for name in HISTORY_COLUMNS)
        try:
            day = date.fromisoformat(written)
        except ValueError:
            unjoined.append(Unjoined(issue=issue, text=written, why="the day of issue is not a date"))
            continue
        if day < latest:
            why = f"issued before the issue ahead of it ({latest}); taken as written"
            unjoined.append(Unjoined(issue=issue, text=written, why=why))
        latest = max(latest, day)
        for act in _acts(changes):
            entry = hubs.get(act.number)
            if entry is None:
                if act.number not in others:
                    why = "no such entry on the list"
                    unjoined.append(Unjoined(issue=issue, text=act.written, why=why))
            elif act.act in _REMOVED:
                removals.append(Removal(entry=entry, issue=issue, day=day, reason=act.text))
            elif act.act in _ADDED:
                notices.append(Notice(entry=entry, issue=issue, day=day))
    named = {notice.entry.number for notice in notices}
    for number, entry in sorted(hubs.items()):
        if number not in named:
            text = f"{number:06d} {entry.device_model} {entry.firmware_version}"
            unjoined.append(Unjoined(issue="", text=text, why="no issue says when it was added"))
    return History(notices=tuple(notices), removals=tuple(removals), unjoined=tuple(unjoined))


def _acts(changes: str) -> Iterator[_Act]:
    """What an issue does to which entries. Numbers in brackets and references are no subjects."""
    text = html.unescape(changes)
    outside = _blank_brackets(text)
    act, after = "", 0
    subjects = [found for found in _RANGE.finditer(outside) if _is_subject(outside, found)]
    for at, found in enumerate(subjects):
        for heading in _HEADING.finditer(outside, after, found.start()):
            act = heading["act"].split()[0].casefold()
        after = found.end()
        end = subjects[at + 1].start() if at + 1 < len(subjects) else len(text)
        words = _own_words(text[found.end() : end])
        first = entry_number(found[1])
        last = entry_number(found[2]) if found[2] else first
        for number in range(first, min(last, first + 100) + 1):
            yield _Act(number=number, written=found[0], act=act, text=words)


def _own_words(text: str) -> str:
    """What is said of an entry: its line, and those after it up to an empty one or a new heading."""
    first, *more = text.splitlines() or [""]
    own = itertools.takewhile(lambda line: line.strip() and not _HEADING.search(line), more)
    return " ".join(" ".join([first, *own]).split()).strip(" -–")


def _is_subject(text: str, found: re.Match[str]) -> bool:
    return not _REFERENCE.search(text[: found.start()].splitlines()[-1] if found.start() else "")


def _blank_brackets(text: str) -> str:
    """The text with spaces in place of all that is in brackets, however many lines it spans."""
    depth, result = 0, []
    for letter in text:
        depth += letter == "("
        result.append(letter if depth == 0 or letter == "\n" else " ")
        depth = max(0, depth - (letter == ")"))
    return "".join(result)


def assumed_paths(history: History) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """For each (device model, version) the version from which it may be applied. See `ASSUMED`.

    The list's order is that of listing, which is not that of the versions. The first version of a
    model has no path.
    """
    paths: dict[tuple[str, str], tuple[str, ...]] = {}
    before: dict[str, list[tuple[str, CplEntry]]] = {}
    removed = {removal.entry.number: removal.day for removal in history.removals}
    for notice in history.notices:
        model, version = notice.entry.device_model, notice.entry.firmware_version
        listed = before.setdefault(model, [])
        if any(version == other for other, _ in listed):
            continue
        current = [other for other, entry in listed if removed.get(entry.number, date.max) > notice.day]
        if current:
            paths[model, version] = (current[-1],)
        listed.append((version, notice.entry))
    return paths


def with_assumed_paths(cpl: CentralProductsList, history: History) -> CentralProductsList:
    """The list with the paths of `assumed_paths`, for plans that replay those years."""
    return evolve(cpl, upgrade_paths=dict(assumed_paths(history)))


def release_id(notice: Notice | Removal) -> str:
    """One image of one maker is one release, whatever number of models it serves."""
    return f"CPL-{notice.entry.manufacturer}-{notice.entry.firmware_version}"


def replay_events(history: History) -> tuple[Event, ...]:
    """The years as events: `release_notified` for each release, `release_revoked` for each recall.

    A recall of one of several models concerns that model only (BR1.6).
    """
    said: list[tuple[date, str, Mapping[str, object]]] = []
    models: dict[str, set[str]] = {}
    for notice in history.notices:
        release, model = release_id(notice), notice.entry.device_model
        if release not in models:
            said.append((notice.day, "release_notified", {"release": release, "ref": f"CPL issue {notice.issue}"}))
        models.setdefault(release, set()).add(model)
    for removal in history.removals:
        release = release_id(removal)
        fields = {"release": release, "ref": f"CPL issue {removal.issue}", "reason": removal.reason}
        if models.get(release, set()) != {removal.entry.device_model}:
            fields["device_model"] = removal.entry.device_model
        said.append((removal.day, "release_revoked", fields))
    said.sort(key=lambda one: one[0])
    return tuple(
        Event(seq=seq, at=london_midnight(day), type=kind, fields=fields)
        for seq, (day, kind, fields) in enumerate(said, start=1)
    )


def replayed_release(history: History, release: str, parameters: Parameters) -> FirmwareRelease:
    """A release of those years as its notice would have been. What the list does not say is assumed.

    Raises InputError where no notice has this id.
    """
    notices = [notice for notice in history.notices if release_id(notice) == release]
    if not notices:
        raise InputError(f"no release called `{release}` in the history")
    first = notices[0]
    notified_at = london_midnight(first.day)
    return FirmwareRelease(
        id=release,
        kind=ReleaseKind.UNPLANNED_MAINTENANCE,
        device_models=tuple(dict.fromkeys(n.entry.device_model for n in notices if n.day == first.day)),
        firmware_version=first.entry.firmware_version,
        notified_at=notified_at,
        automatic_at=add_months(notified_at, parameters.at("automatic_after_months", first.day)),
        mass_period_days=parameters.at("mass_period_days", first.day),
        pilot_limit=parameters.at("pilot_limit", first.day),
        severity=Severity.MEDIUM,
        priority=Priority.NORMAL,
        participation=Participation.VOLUNTARY,
    )


def describe(history: History) -> Mapping[str, object]:
    """The history as plain values, for a page or `--json`: all of it, paths marked as assumed."""
    return {
        "notices": [
            {
                "release": release_id(notice),
                "entry": notice.entry.number,
                "device_model": notice.entry.device_model,
                "firmware_version": notice.entry.firmware_version,
                "day": notice.day.isoformat(),
                "issue": notice.issue,
            }
            for notice in history.notices
        ],
        "removals": [
            {
                "release": release_id(removal),
                "entry": removal.entry.number,
                "day": removal.day.isoformat(),
                "issue": removal.issue,
                "reason": removal.reason,
            }
            for removal in history.removals
        ],
        "upgrade_paths": [
            {"device_model": model, "firmware_version": version, "from": list(earlier), "basis": ASSUMED}
            for (model, version), earlier in assumed_paths(history).items()
        ],
        "unjoined": [{"issue": u.issue, "text": u.text, "why": u.why} for u in history.unjoined],
    }
