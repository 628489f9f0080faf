"""The page of `explain --json` names every key of both objects, and no key that is not there."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from attrs import evolve

from chfw_core.engines.flow import solve_flow
from chfw_core.engines.reference import plan_reference
from chfw_core.reports.explain import explain_hub
from chfw_core.reports.explain_days import DayLoad
from chfw_core.reports.explain_own import explain_own
from chfw_core.testing.worlds import A, named_worlds
from tests.docs.documents import ROOT

PAGE = (ROOT / "docs" / "reference" / "explanations.md").read_text(encoding="utf-8")
FREE = {"values", "hub"}
"""Their keys are the names of fields."""
AT_THE_COMMAND = {"notes"}


def keys(value: object, inside: str = "") -> Iterator[str]:
    """Every key at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if inside not in FREE:
                yield key
            yield from keys(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner, inside)


def loads(_: str, days: Sequence[date]) -> dict[date, DayLoad]:
    """As `--loads` counts them."""
    return {day: DayLoad(hubs=1, capacity=1) for day in days}


def test_every_key_is_on_the_page() -> None:
    found = set(AT_THE_COMMAND)
    for name, world in named_worlds():
        if "," in name and name.endswith(", early") and name.count(",") == 1:
            rows = plan_reference(*world, solve_flow).rows
            alone = evolve(world[0], rulesets=tuple(r for r in world[0].rulesets if r.owner == A))
            for hub, row in list(zip(world[1], rows, strict=True))[::4]:
                if alone.rulesets:
                    found |= set(keys(explain_own(alone, hub).as_dict()))
                for reader in (None, A):
                    found |= set(keys(explain_hub(world[0], hub, world[2], row, reader, loads).as_dict()))
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert found <= named
    values = re.findall(r"(?:`outcome`|`over_because` is|only\s+together enough:) \(?([^.)]*)", PAGE)
    words = {word for text in values for word in re.findall(r"`([a-z_]+)`", text)}
    assert named - found - words == {"explain", "null"}
