"""The reference page of the roll-out, drawn from the tables that it is run by: it cannot say anything else."""

from collections.abc import Iterable, Mapping

from chfw_core.rollout.commands import COMMANDS
from chfw_core.rollout.effects import EFFECTS, STANDING_EFFECTS, UNCHANGED, Effect
from chfw_core.rollout.gate import GATES
from chfw_core.rollout.refusals import HUB_REASONS, REFUSALS
from chfw_core.rollout.states import HUB_STATES, STAGES, STANDINGS, HubState, ReleaseStage, ReleaseStanding

PAGE = "docs/reference/roll-out.md"

_OPENING = """\
# The roll-out

From notice to verified activation: the states of a release and of a hub in it, who may command what, and what each
command does. This page is drawn from the tables in `chfw_core/rollout`; `python tools/make_roll_out_page.py` writes it.

A release has a *stage* and beside it a *standing*. A standing is never written into a hub: what it means for one
follows from both, so that a stop of a whole estate is one entry, and nothing is handed over after it.
Handed over, activated and verified are three different things: success counts when the SMI shows the version.
"""

_TWO_RELEASES = """\
## Two releases and one hub

A hub that joins a release (`NotifyRelease`, `AddHubs`) and that another one has:

| where it is in the other release | what happens |
|---|---|
| verified, superseded or excluded; or in a release that has ended, and not with a CSP | it joins |
| in a release whose version the new one builds on (`upgrade_from`) | it is in both, and waits for that version |
| with a CSP, or activated | it is refused (`other_release_at_csp`) |
| in a release that builds on the version of the new one | it is in both, and the other one waits |
| anywhere else | it joins, and the other release gives it up for good (`HubsSuperseded`), in the same transaction |

The first row that is so counts. `chfw rollout notify` and `add-hubs` say which releases lose how many hubs, and ask
before they do it.
"""


def page() -> str:
    """The page as it has to be."""
    parts = [
        _OPENING,
        "## Stages of a release\n\n" + _diagram((a, s, b) for (a, s), b in STAGES.items()),
        "## Standings of a release\n\n" + _diagram((a, s, b) for (a, s), b in STANDINGS.items()),
        "## States of a hub\n\n" + _diagram(_joined()),
        "## Who may command what\n\nFacts – outcomes, versions, changes of Supplier – are taken "
        "whatever the standing.\n\n" + _gates(),
        "## What a standing means for a hub\n\n"
        + _effects({str(standing): table for standing, table in STANDING_EFFECTS.items()}),
        "## What a command does to a hub\n\nWhere a state is not named, nothing changes for the hub.\n\n"
        + _effects({kind.__name__: EFFECTS[kind] for kind in COMMANDS}),
        _TWO_RELEASES,
        "## Why a command is refused\n\n"
        + _table(("code", "reason", "cure"), ((f"`{code}`", *said) for code, said in REFUSALS.items())),
        "## Why a hub of a command is refused\n\nBeside these there are the codes of instructions "
        "([how a plan is made](planning.md), section 5).\n\n"
        + _table(("code", "reason"), ((f"`{code}`", reason) for code, reason in HUB_REASONS.items())),
    ]
    return "\n".join(parts)


def _diagram(steps: Iterable[tuple[str, str, str]]) -> str:
    lines = [f"    {before} --> {after}: {step.replace('_', ' ')}" for before, step, after in steps]
    return "\n".join(("```mermaid", "stateDiagram-v2", *lines, "```", ""))


def _joined() -> list[tuple[str, str, str]]:
    """One arrow for each pair of states, with all steps that lead that way; a step that stays is left out."""
    found: dict[tuple[HubState, HubState], list[str]] = {}
    for (before, step), after in HUB_STATES.items():
        if before is not after:
            found.setdefault((before, after), []).append(step)
    return [(before, " / ".join(sorted(steps)), after) for (before, after), steps in sorted(found.items())]


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (heads, ("---",) * len(heads), *rows)]
    return "\n".join((*lines, ""))


def _gates() -> str:
    def row(kind: type) -> tuple[str, ...]:
        gate = GATES[kind]
        stages = "any" if set(gate.stages) == set(ReleaseStage) else ", ".join(gate.stages).replace("_", " ")
        standings = "any" if len(gate.standings) == len(ReleaseStanding) else ", ".join(sorted(gate.standings))
        who = gate.who + "".join(f", {other}" for other in sorted(gate.also))
        return (f"`{kind.__name__}`", who, stages, standings, *("yes" if on else "no" for on in _modes(kind)))

    heads = ("command", "who", "stages", "standings", "by the DCC alone (G9)", "alerts alone (BR5.7)")
    return _table(heads, map(row, COMMANDS))


def _modes(kind: type) -> tuple[bool, bool]:
    return GATES[kind].dcc_only, GATES[kind].alerts_only


def _effects(tables: Mapping[str, Mapping[HubState, Effect]]) -> str:
    rows = [
        (f"`{name}`", ", ".join(states).replace("_", " "), sentence)
        for name, table in tables.items()
        for sentence, states in _by_sentence(table).items()
        if sentence != UNCHANGED
    ]
    return _table(("", "a hub that is", "what it means"), rows)


def _by_sentence(table: Mapping[HubState, Effect]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for state in HubState:
        found.setdefault(table[state].sentence, []).append(state)
    return found
