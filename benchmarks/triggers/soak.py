"""Millions of events through few scopes: bursts of failures and steps of releases, with what comes late and twice.

Two thousand scopes, a tick an hour. What is looked at is whether it goes through, whether memory stays level, and
whether both engines fire as often.
"""

from collections.abc import Iterator
from datetime import timedelta

from benchmarks.triggers.stream import START, Item
from chfw_core.rules.check import check_sources
from chfw_core.triggers.compiling import compile_triggers, rules_version
from chfw_core.triggers.model import Moment, Seen, TriggerSet

SCOPES = 2_000
_TEXT = """rules: v1
owner: DCC
events:
  - id: burst
    because: Twenty-five failures in six hours are not chance
    per: [release, csp_region]
    on: hub_update_failed
    count: 25
    within: 6 hours
    at_most: once per 5 hours
    do: {hold: everything, raise: incident, priority: high}
  - id: settles
    because: An incident that is closed within a day
    per: release
    steps:
      - on: incident_raised
      - on: incident_closed
        within: 1 days
        otherwise: {notify: team}
    do: {release: everything}
"""
_REGIONS = ("North", "Central", "South", "4G North", "4G South")


def soak_rules() -> TriggerSet:
    """Two triggers of the DCC."""
    sources = [("soak.rules.yaml", _TEXT)]
    (found,) = check_sources(sources).rulesets
    return compile_triggers(found, rules_version(sources))


def soak_items(events: int) -> Iterator[Item]:
    """Events of four months a million, in a fixed mixture: the same every time."""
    state = 20261120
    for number in range(events):
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        draw = state >> 33
        late = draw % 900 if draw % 11 == 0 else 0  # seconds
        kind = ("incident_raised", "incident_closed")[draw % 2] if draw % 13 == 0 else "hub_update_failed"
        scope = (draw >> 5) % 40 if draw % 3 else (draw >> 5) % SCOPES  # a few are busy
        yield Seen(
            seq=number + 1,
            id=f"e{number}",
            at=START + timedelta(seconds=10 * number - late),
            type=kind,
            private=False,
            release=f"R{scope // len(_REGIONS)}",
            fields={"csp_region": _REGIONS[scope % len(_REGIONS)]},
        )
        if number % 360 == 359:
            yield Moment(at=START + timedelta(seconds=10 * number))
