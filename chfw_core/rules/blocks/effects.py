"""`do`: what a trigger or a pilot's outcome writes down. It never acts on a hub itself.

Checked content, by key: `instruct` an At; `hold` an Until or the word `everything`; `release` and
`notify` tuples of names; `text` a template whose `{fields}` exist; `raise` and `priority`; in a
pilot's `then` also `open`, a phase.
"""

import re
from collections.abc import Iterator, Mapping

from chfw_core.rules.blocks.at import read_at
from chfw_core.rules.blocks.hold import read_until
from chfw_core.rules.conditions.scope import FileScope, Place
from chfw_core.rules.keys.structure import Record
from chfw_core.rules.model import At, DateExpr, UntilDate, UntilEvent, UntilFlagCleared
from chfw_core.rules.text.nodes import Scalar

EVERYTHING = "everything"
AFFECTED = "affected_suppliers"
"""Whom the DCC and CSPs may tell beside their own teams: the Suppliers of the hubs in scope."""
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def dates_in(effects: Mapping[str, object]) -> Iterator[DateExpr]:
    """The dates that checked effects write down: the ends of an instruction, and of a hold."""
    at, until = effects.get("instruct"), effects.get("hold")
    found: list[DateExpr | None] = []
    if isinstance(at, At):
        found += [at.opens, at.closes]
    match until:
        case UntilDate():
            found.append(until.date)
        case UntilEvent() | UntilFlagCleared():
            found.append(until.at_latest)
        case _:
            pass
    return (expr for expr in found if expr is not None)


def placeholders(text: object) -> tuple[str, ...]:
    """The fields that a template names, in order."""
    return tuple(found[1].strip() for found in PLACEHOLDER.finditer(text)) if isinstance(text, str) else ()


def read_effects(record: Record, scope: FileScope, place: Place, *, after_event: bool) -> Mapping[str, object]:
    """The checked content of a `do`; what is wrong in it is left out, with a problem."""
    _check_owner(record, scope)
    if not record.keys and not record.misspelt:
        scope.problems.add("E219", record.span, "this does nothing")
    for key, needed in (("text", "notify"), ("priority", "raise")):
        if record.has(key) and not record.has(needed) and not record.misspelt:
            scope.problems.add("E219", record.key_span(key), f"`{key}` does not go without `{needed}`")
    at = record.record("instruct")
    effects: dict[str, object] = {
        "instruct": read_at(at, scope, place) if at is not None else None,
        "hold": _hold(record, scope, place, after_event=after_event),
        "text": _template(record.scalar("text"), scope, place),
    }
    for key in ("release", "notify"):
        effects[key] = tuple(scalar.value for scalar in record.scalars(key)) or None
    scope.released.extend(scalar for scalar in record.scalars("release") if scalar.value != EVERYTHING)
    for key in ("raise", "priority", "open"):
        effects[key] = record.word(key)
    return {key: value for key, value in effects.items() if value is not None}


def _check_owner(record: Record, scope: FileScope) -> None:
    """A CSP neither instructs nor holds; only a Supplier instructs early (RU7)."""
    forbidden = () if scope.is_supplier else ("instruct",) if scope.is_dcc else ("instruct", "hold", "release")
    for key in forbidden:
        if record.has(key):
            scope.problems.add("E214", record.key_span(key), f"{scope.kind} cannot `{key}`")


def _hold(record: Record, scope: FileScope, place: Place, *, after_event: bool) -> object:
    if record.word("hold") == EVERYTHING:
        return EVERYTHING
    return read_until(record, "hold", scope, place, after_event=after_event)


def _template(scalar: Scalar | None, scope: FileScope, place: Place) -> str | None:
    """Every `{field}` must be one that this owner may see: a text leaves the house."""
    if scalar is None:
        return None
    positions = scalar.positions()
    for found in PLACEHOLDER.finditer(scalar.value):
        scope.look_up(found[1].strip(), place, positions.span(found.start(1), found.end(1)))
    return scalar.value
