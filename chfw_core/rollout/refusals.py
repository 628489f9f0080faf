"""Why a command, or a hub of a command, may be refused: one table of codes, reasons and cures.

What is refused once stays refused: nothing here is tried again by itself.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.base import Command, CommandRefused
from chfw_core.rollout.records import HubRecord


class Code(StrEnum):
    """The codes of refused commands. Those of single hubs are in `HUB_REASONS` and in `chfw_core.consent`."""

    CLOCK_WENT_BACK = "clock_went_back"
    WRONG_RELEASE = "wrong_release"
    OTHER_FIRMWARE = "other_firmware"
    WRONG_PARTY = "wrong_party"
    NOT_RELEVANT = "not_relevant"
    UNKNOWN_RELEASE = "unknown_release"
    DRAFTED_ALREADY = "drafted_already"
    SWITCHED_OFF = "switched_off"
    DCC_ONLY = "dcc_only"
    NOT_ACTIVE = "not_active"
    FINAL = "final"
    OUT_OF_PHASE = "out_of_phase"
    NO_HUBS = "no_hubs"
    HUBS_TWICE = "hubs_twice"
    SAME_AGAIN = "same_again"
    IN_THE_PAST = "in_the_past"
    IN_THE_FUTURE = "in_the_future"
    NOT_SHOWN = "not_shown"
    NOT_ON_CPL = "not_on_cpl"
    OVER_PILOT_LIMIT = "over_pilot_limit"
    VERDICTS_UNSEEN = "verdicts_unseen"
    NEEDS_A_REASON = "needs_a_reason"
    HUBS_OPEN = "hubs_open"
    NO_PERIOD = "no_period"
    OVER_CAPACITY = "over_capacity"
    NOT_YOUR_REGION = "not_your_region"
    VERSION_MISSING = "version_missing"
    INCIDENT_EXISTS = "incident_exists"
    NO_SUCH_INCIDENT = "no_such_incident"
    INCIDENT_OPEN = "incident_open"
    ALL_DONE = "all_done"
    NOT_LATER = "not_later"


REFUSALS: Mapping[Code, tuple[str, str]] = {
    Code.CLOCK_WENT_BACK: (
        "the time {now} is before the last entry at {last}",
        "set the clock right; nothing was changed",
    ),
    Code.WRONG_RELEASE: ("the command is for the release `{id}`", "name the release that was loaded"),
    Code.OTHER_FIRMWARE: ("the release `{id}` is drafted with what belongs to `{other}`", "draft it with its own"),
    Code.WRONG_PARTY: ("`{by}` may not do this", "it is for {who}"),
    Code.NOT_RELEVANT: (
        "there is no release `{id}` with hubs of `{by}`",
        "check its id; a release is there once its notice was received",
    ),
    Code.UNKNOWN_RELEASE: (
        "there is no release `{id}`",
        "check its id; a release is there once the DCC has drafted it",
    ),
    Code.DRAFTED_ALREADY: ("the release `{id}` is there already", "use another id"),
    Code.SWITCHED_OFF: (
        "this release is for activation alerts alone",
        "only observations of the SMI, the inventory and changes of Supplier are taken here",
    ),
    Code.DCC_ONLY: (
        "this release is managed by the DCC alone",
        "see the consultation {consultation}",
    ),
    Code.NOT_ACTIVE: ("the release is {standing}: {because}", "wait for the decision"),
    Code.FINAL: ("the release is {standing}, which is final: {because}", "a new release is needed"),
    Code.OUT_OF_PHASE: ("the release is {stage}", "this may be done when it is {stages}"),
    Code.NO_HUBS: ("the command names no hub", "name one at least"),
    Code.HUBS_TWICE: ("{hubs} hubs are named in more than one row", "name each hub once"),
    Code.SAME_AGAIN: ("this is so already", "nothing needs to be done"),
    Code.IN_THE_PAST: ("{when} is in the past", "name a later one"),
    Code.IN_THE_FUTURE: ("{when} is in the future", "report what has happened"),
    Code.NOT_SHOWN: ("its repercussions are others than those that were shown", "look at them again, then confirm"),
    Code.NOT_ON_CPL: ("the release has no Current entry on the CPL", "record its entry first"),
    Code.OVER_PILOT_LIMIT: (
        "these are more hubs than the pilot has room for: {limit} for all Suppliers together",
        "name fewer hubs",
    ),
    Code.VERDICTS_UNSEEN: (
        "there are verdicts that were not seen, or have changed",
        "read the verdicts of all Suppliers",
    ),
    Code.NEEDS_A_REASON: ("{what} needs to be said", "say it"),
    Code.HUBS_OPEN: (
        "{hubs} hubs have neither an outcome nor a hold",
        "wait for their outcomes, or hold or exclude them",
    ),
    Code.NO_PERIOD: ("it closes no later than it opens", "give a period that opens before it closes"),
    Code.OVER_CAPACITY: (
        "{hubs} hubs are too many for {region} on {day}: {free} of {limit} places are free",
        "plan the rest for another day",
    ),
    Code.NOT_YOUR_REGION: ("`{region}` has no hub in this release", "name a region that the notice names"),
    Code.VERSION_MISSING: ("an activated hub has a version", "say which one it runs"),
    Code.INCIDENT_EXISTS: ("there is an incident `{incident}` already", "give it another id"),
    Code.NO_SUCH_INCIDENT: ("no incident `{incident}` is waiting for this", "name one that is, as PARTY/ID"),
    Code.INCIDENT_OPEN: ("the incident `{incident}` has no decision yet", "triage it, and let the Panel confirm"),
    Code.ALL_DONE: (
        "the release is complete: there is nothing left to {outcome}",
        "let it proceed, or stop it for good",
    ),
    Code.NOT_LATER: ("{when} is not later than the automatic date {now}", "name a later one"),
}
"""Per code the reason, with what it says of this case, and the cure."""

HUB_REASONS: Mapping[str, str] = {
    "unknown_guid": "the release has no hub with this GUID",
    "already_in_release": "the hub is in this release already",
    "other_release_at_csp": "another release has this hub, and its CSP has it already",
    "already_at_version": "the hub runs the release's version",
    "excluded": "the hub is kept out by a rule of its Supplier",
    "not_responsible": "the hub is not this Party's",
    "not_waiting": "the hub is not free for this any more: it is {state}",
    "not_in_pilot": "the hub is not on this Supplier's pilot list",
    "period_over": "the period is over",
    "withdrawn_already": "the instruction is withdrawn already",
    "not_by_that_rule": "no instruction of that rule stands for the hub",
    "held": "the DCC holds the hub",
    "not_held": "the DCC does not hold the hub",
    "another_basis": "the row goes by {asked}, but {agreed}; {cure}",
    "outside_period": "the row, {row}, lies outside the period that was agreed, {agreed}; publish a plan again",
    "outside_hours": "the row, {row}, does not lie in the hours of {hours}; publish a plan again",
    "too_early": "the row opens at {opens}, before the automatic time {automatic}; publish a plan again",
    "frozen": "the hub changes its Supplier around that day",
    "protected": "the hub is left alone for another reason in that time",
    "blackout": "nothing is activated in that region then",
    "another_region": "the hub is in another region",
    "no_day": "no plan has given the hub a day",
    "another_day": "the hub is planned for another day",
    "not_planned": "the hub is not planned: it is {state}",
    "not_open_yet": "the release is {stage}: only hubs whose Suppliers agreed may go, or none yet",
    "needs_first": "the hub needs another version first",
    "in_the_future": "{when} is in the future",
    "not_handed_over": "the hub was not handed to this CSP",
    "from_another_attempt": "the report is about a former attempt: the hub is {state} by now",
    "repeated": "the same was reported before",
    "out_of_order": "a later step was reported before",
    "smi_decides": "the SMI shows the release's version already",
    "unchanged": "the SMI showed this before",
    "older": "a newer observation is known",
    "not_due": "the hub's deadline has not passed, or it has none",
    "another_holder": "somebody else holds that role",
    "announced_already": "this change is announced already",
    "no_change": "nothing would change: whoever is to have the role has it on that day already",
    "not_announced": "no such change is announced",
    "changed_already": "this change is done already",
}
"""Per code of a single hub the reason. A hub that is not one's own is never described (NF7)."""


def refuse(command: Command, at: datetime, code: Code, **said: object) -> tuple[CommandRefused]:
    """The one event that answers a command that may not be."""
    reason, cure = (text.format(**said) for text in REFUSALS[code])
    name = type(command).__name__
    return (CommandRefused(at=at, by=command.by, command=name, code=code.value, reason=reason, cure=cure),)


class Sorted:
    """Hubs sorted by what becomes of them, so that each answer is one event. In order of the answers' keys."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[Guid]] = {}

    def add(self, code: str, reason: str, guid: Guid) -> None:
        """One hub's answer."""
        self._found.setdefault((code, reason), []).append(guid)

    def take(self, code: str) -> GuidList:
        """All hubs with that code, whatever its reason; they are not listed any more."""
        keys = [key for key in self._found if key[0] == code]
        return GuidList(guid for key in keys for guid in self._found.pop(key))

    def rest(self) -> Iterable[tuple[str, str, GuidList]]:
        """What is left: code, reason, hubs."""
        return [(code, reason, GuidList(self._found[code, reason])) for code, reason in sorted(self._found)]


def hub_reason(code: str, **said: object) -> tuple[str, str]:
    """The code with its words."""
    return code, HUB_REASONS[code].format(**said)


def sort_hubs(
    hubs: Mapping[Guid, HubRecord], guids: GuidList, judge: Callable[[HubRecord], tuple[str, str]]
) -> tuple[GuidList, Sorted]:
    """The hubs with which nothing is wrong, and the others by what is. `judge`: code and reason, or two empty texts."""
    answers = Sorted()
    for guid in guids:
        hub = hubs.get(guid)
        answers.add(*(hub_reason("unknown_guid") if hub is None else judge(hub)), guid)
    return answers.take(""), answers
