"""What a command would do to hubs in each state, with how many there are: shown before it is confirmed.

Of the release's hubs, or of those that the command names. Sentences are the core's (`rollout.effects`).
"""

from collections.abc import Mapping

from attrs import frozen

from chfw_app.rollout.loading import counts_of
from chfw_app.rollout.service import RollOutService, release_in
from chfw_core.documents.rollout_values import by_name, type_name
from chfw_core.errors import InputError
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.base import Command
from chfw_core.rollout.commands import COMMANDS
from chfw_core.rollout.effects import STANDING_EFFECTS, effect_of
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.states import WAITING, HubState, ReleaseStanding
from chfw_core.rules.problems.problem import did_you_mean

_NAMES = by_name(COMMANDS)
_TYPED: Mapping[str, str] = {
    "draft": "draft_release",
    "cpl_entry": "record_cpl_entry",
    "note": "publish_release_note",
    "participation": "choose_participation",
    "notify": "notify_release",
    "move_date": "move_automatic_date",
    "revoke": "revoke_notice",
    "dcc_only": "return_to_dcc_only",
    "supersede": "supersede_hubs",
    "pilot_list": "submit_pilot_list",
    "start_pilot": "begin_pilot",
    "progress": "record_pilot_progress",
    "complete_phase": "complete_pilot_phase",
    "verdict": "give_verdict",
    "start_mass": "begin_mass",
    "complete": "complete_release",
    "withdraw": "withdraw_instructions",
    "publish": "publish_plan",
    "capacity": "set_capacity",
    "hold": "hold_hubs",
    "let_go": "let_hubs_go",
    "exclude": "exclude_hubs",
    "protect": "protect_hubs",
    "unprotect": "lift_protection",
    "outcomes": "report_outcomes",
    "inventory": "observe_versions",
    "triage": "triage_incident",
    "pause": "triage_incident",
    "delay": "triage_incident",
    "stop": "triage_incident",
    "confirm": "confirm_decision",
    "suspend": "suspend_release",
    "resume": "resume_release",
}
"""What is typed after `chfw rollout`, where it is not the command's own name."""
_SEVERAL: Mapping[str, tuple[str, ...]] = {
    "change_supplier": ("announce-supplier-change", "cancel-supplier-change", "complete-supplier-change"),
}
_AS_TYPED: Mapping[str, str] = {own: typed for typed, own in reversed([*_TYPED.items()])}
"""The other way round; of what several words stand for, the first."""
_MEANING: Mapping[IncidentOutcome, ReleaseStanding] = {
    IncidentOutcome.PROCEED: ReleaseStanding.ACTIVE,
    IncidentOutcome.PAUSE: ReleaseStanding.PAUSED,
    IncidentOutcome.STOP: ReleaseStanding.STOPPED,
}


@frozen(kw_only=True)
class Foreseen:
    """For hubs in one state: how many there are, what happens to them, and where they may be afterwards."""

    state: HubState
    hubs: int
    sentence: str
    after: tuple[HubState, ...]


def command_named(name: str) -> type[Command]:
    """The command that `suspend-release`, `suspend_release` or `suspend`, as it is typed, names. Raises InputError."""
    wanted = name.strip().lower().replace("-", "_")
    wanted = _TYPED.get(wanted, wanted)
    if wanted in _SEVERAL:
        *most, last = _SEVERAL[wanted]
        raise InputError(f"`{name}` is three commands", hint=f"say {', '.join(most)} or {last}")
    if wanted not in _NAMES:
        known = [one.replace("_", "-") for one in (*_NAMES, *_TYPED)]
        raise InputError(
            f"there is no command `{name}` on a roll-out",
            hint=did_you_mean(name, known) or f"there are {', '.join(known)}",
        )
    return _NAMES[wanted]


def name_of(kind: type[Command]) -> str:
    """What is typed for it: `SuspendRelease` is `suspend`."""
    own = type_name(kind)
    return _AS_TYPED.get(own, own).replace("_", "-")


def foreseen(
    service: RollOutService, kind: type[Command], release: str, guids: GuidList | None = None
) -> tuple[Foreseen, ...]:
    """Per state that hubs are in. Raises InputError for a release that is not there."""
    counts = _counts(service, release, guids)
    return tuple(
        Foreseen(
            state=state,
            hubs=hubs,
            sentence=effect_of(kind, state).sentence,
            after=tuple(sorted(effect_of(kind, state).after)),
        )
        for state, hubs in counts.items()
    )


def foreseen_outcome(service: RollOutService, outcome: IncidentOutcome, release: str) -> tuple[Foreseen, ...]:
    """BR6.2: what an incident's outcome means once the Panel has confirmed it. A delay is a date that moves."""
    if outcome not in _MEANING:
        return foreseen(service, _NAMES["move_automatic_date"], release)
    effects = STANDING_EFFECTS[_MEANING[outcome]]
    return tuple(
        Foreseen(state=state, hubs=hubs, sentence=effects[state].sentence, after=tuple(sorted(effects[state].after)))
        for state, hubs in _counts(service, release, None).items()
    )


def hubs_to_go(service: RollOutService, release: str) -> int:
    """How many hubs may still be handed over while a release goes on. Raises InputError."""
    counts = _counts(service, release, None)
    return sum(counts.get(state, 0) for state in WAITING)


def _counts(service: RollOutService, release: str, guids: GuidList | None) -> Mapping[HubState, int]:
    with service.store.read() as connection:
        release_in(connection, release)
        return counts_of(connection, release, guids)
