"""Events in JSON Lines: `{seq, at, type, party?, guid?, …}`, one object a line.

A line that cannot be read is set aside and the others stay. A type that nothing knows is kept, with
a warning: a plug-in may know it. What the known types carry is checked here.

An act on the release is another matter: a stop that is misspelt must not be a stop that is passed
over. What may be one and cannot be read is an error, and so is a `seq` that means two things.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from attrs import define, field, frozen

from chfw_core.diagnostics import Diagnostic
from chfw_core.documents import kinds
from chfw_core.documents.bad_lines import BadLine, diagnostic
from chfw_core.documents.release_acts import MEND, may_act_on_release, near_release_act
from chfw_core.errors import InputError
from chfw_core.model.events import EVENT_TYPES, Event
from chfw_core.model.guid import format_guid
from chfw_core.model.parties import DCC, Party
from chfw_core.model.periods import format_instant, parse_instant
from chfw_core.rules.meaning.values import order_of
from chfw_core.rules.problems.problem import did_you_mean, shown
from chfw_core.rules.vocabulary.event_fields import EVENT_FIELDS
from chfw_core.rules.vocabulary.fields import FieldSpec, FieldType

T = TypeVar("T")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""How JSON escapes one of the two halves of a character."""
NO_JSON = "this is not JSON"
"""How the reason begins for a line that is none."""
COMMON_KEYS = ("seq", "at", "type", "party", "guid")

NEEDS: Mapping[str, tuple[str, ...]] = {
    "phase_opened": ("phase",),
    "flag_cleared": ("flag",),
    "defect_flagged": ("flag",),
    "change_of_supplier_started": ("guid", "role", "effective"),
    "change_of_supplier_completed": ("guid", "role", "effective"),
}
"""What an event of a type means nothing without."""

FREE_KEYS = ("because", "reason", "note")
"""What any event may say to people; it narrows nothing."""

MOST_SEQ = 2**63 - 1
"""The largest number that a sender may give: a ledger keeps eight bytes of it."""


@frozen(kw_only=True)
class EventsRead:
    """The good events in the file's order, the lines set aside, and what to tell of.

    `errors`: what leaves a plan without a result, since nobody can tell whether the release is stopped.
    """

    events: tuple[Event, ...]
    bad_lines: tuple[BadLine, ...]
    problems: tuple[Diagnostic, ...]
    errors: tuple[Diagnostic, ...] = ()


def read_events(lines: Iterable[str], file: str, types: Iterable[str] = EVENT_TYPES) -> EventsRead:
    """Read a file's lines; empty ones are skipped. `types`: those known, with a plug-in's own."""
    reading = _Reading(file=file, known=tuple(types))
    for number, line in enumerate(lines, start=1):
        if line.strip():
            reading.add(number, line)
    return EventsRead(
        events=tuple(reading.events),
        bad_lines=tuple(reading.bad),
        problems=tuple(reading.problems),
        errors=tuple(reading.errors),
    )


@define(kw_only=True)
class _Reading:
    """What has been read so far of a file; `seen`: by `seq`, the event and its line."""

    file: str
    known: tuple[str, ...]
    events: list[Event] = field(factory=list)
    bad: list[BadLine] = field(factory=list)
    problems: list[Diagnostic] = field(factory=list)
    errors: list[Diagnostic] = field(factory=list)
    seen: dict[int, tuple[Event, int]] = field(factory=dict)

    def add(self, number: int, line: str) -> None:
        """One line."""
        try:
            event = read_event(line)
        except InputError as problem:
            self._unreadable(number, line, problem)
            return
        if event.seq in self.seen:
            self._again(number, event)
            return
        self.seen[event.seq] = (event, number)
        self.events.append(event)
        if event.type in self.known:
            return
        message = f"no type of event called `{shown(event.type)}`"
        hint = did_you_mean(event.type, self.known)
        if near_release_act(event.type):
            self._error("E408", number, f"{message}, and it may stop the release", hint or MEND)
        else:
            self.problems.append(diagnostic("W406", self.file, number, f"{message}; it has no effect", hint))

    def _unreadable(self, number: int, line: str, problem: InputError) -> None:
        self._set_aside(number, str(problem), problem.hint)
        if may_act_on_release(line):
            self._error("E408", number, f"{problem}, and it may stop the release", problem.hint or MEND)
        else:
            self.problems.append(diagnostic("E405", self.file, number, str(problem), problem.hint))

    def _again(self, number: int, event: Event) -> None:
        former, line = self.seen[event.seq]
        said = f"seq {event.seq} is there already, in line {line}"
        self._set_aside(number, said, None)
        if event == former:
            self.problems.append(diagnostic("E405", self.file, number, said))
        else:
            self._error("E409", number, f"{said}, and says something else there", "give each event a `seq` of its own")

    def _set_aside(self, number: int, reason: str, hint: str | None) -> None:
        self.bad.append(BadLine(line=number, reason=reason + (f" ({hint})" if hint else "")))

    def _error(self, code: str, number: int, message: str, hint: str) -> None:
        self.errors.append(diagnostic(code, self.file, number, message, hint))


def read_event(line: str) -> Event:
    """One line. Raises InputError."""
    try:
        content = json.loads(line, object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as failure:
        raise InputError(f"{NO_JSON}: {failure.msg.lower()} at column {failure.colno}") from None
    except ValueError:  # Python reads no whole number of more than some thousand digits
        raise InputError("this number is too long") from None
    except RecursionError:
        raise InputError("this is nested too deep") from None
    if not isinstance(content, dict):
        raise InputError("an object belongs here", hint='such as {"seq": 1, "at": …, "type": …}')
    if _HALF.search(line):
        _check_text(content)
    for key in ("seq", "at", "type"):
        if content.get(key) is None:
            raise InputError(f"the key `{key}` is missing")
    kind = _at("type", content["type"], kinds.text)
    fields = {key: value for key, value in content.items() if key not in COMMON_KEYS and value is not None}
    guid, party = content.get("guid"), content.get("party")
    _check_keys(kind, content)
    missing = [key for key in NEEDS.get(kind, ()) if key not in fields and content.get(key) is None]
    if missing:
        raise InputError(f"`{kind}` needs the key `{missing[0]}`")
    specs = {spec.name.removeprefix("event."): spec for spec in EVENT_FIELDS.get(kind, ())}
    return Event(
        seq=_at("seq", content["seq"], lambda value: kinds.whole(value, 0, MOST_SEQ)),
        at=_at("at", content["at"], kinds.instant),
        type=kind,
        party=None if party is None else _at("party", party, _party),
        guid=None if guid is None else _at("guid", guid, kinds.guid),
        fields={key: _field(key, value, specs[key]) if key in specs else value for key, value in fields.items()},
    )


def keys_of(kind: str) -> tuple[str, ...]:
    """The keys beside the common ones that an event of a known type may have; none of an unknown type."""
    own = (spec.name.removeprefix("event.") for spec in EVENT_FIELDS.get(kind, ()))
    return (*(key for key in own if key not in COMMON_KEYS), *FREE_KEYS) if kind in EVENT_FIELDS else ()


def unknown_keys(kind: str, keys: Iterable[str]) -> tuple[str, ...]:
    """Those of these keys that a known type of event does not have; of an unknown type nobody can tell."""
    known = (*COMMON_KEYS, *keys_of(kind))
    return tuple(key for key in keys if key not in known) if kind in EVENT_FIELDS else ()


def _check_keys(kind: str, content: Mapping[str, object]) -> None:
    """A key that the type does not have may be meant to bound the event: without it, it would concern everybody.

    One hub's event is bounded by its GUID, and is kept with whatever else it bears; an act on the release is
    not, since what it says must be understood (NF6).
    """
    if content.get("guid") is not None and not near_release_act(kind):
        return
    for key in unknown_keys(kind, (key for key, value in content.items() if value is not None)):
        raise no_such_key(key, kind, keys_of(kind))


def check_content(event: Event, types: Mapping[str, tuple[FieldSpec, ...]]) -> None:
    """That an event of a known type bears only what its type has, each of the kind that belongs there.

    For whoever takes events that rules will hear: what is misspelt there would be missed in silence, and a rule
    would not fire. `types`: per type its fields, with a plug-in's. Raises InputError.
    """
    specs = {spec.name.removeprefix("event."): spec for spec in types[event.type]}
    known = (*(key for key in specs if key not in COMMON_KEYS), *FREE_KEYS)
    for key, value in event.fields.items():
        if key not in known:
            raise no_such_key(key, event.type, known)
        if key in specs:
            _field(key, value, specs[key])
            _at(key, value, _KINDS.get(specs[key].type, lambda given: given))


def no_such_key(key: str, kind: str, known: Sequence[str]) -> InputError:
    """What is said of a key that the type of event does not have; `known`: those that it has."""
    hint = did_you_mean(key, known) or _longer(key, known) or f"it may have {', '.join(known)}"
    return InputError(f"`{shown(key)}` is no key of `{kind}`", hint=hint)


def _number(value: object) -> object:
    """What rules can compare with a number: `12.5`, also as text, and a percentage."""
    if order_of(value, 0) is None:
        raise InputError(f"`{shown(str(value))}` is not a number", hint="such as 12.5")
    return value


def _yes_or_no(value: object) -> object:
    if order_of(value, True) is None:
        raise InputError(f"`{shown(str(value))}` is neither true nor false")
    return value


_KINDS: Mapping[FieldType, Callable[[object], object]] = {
    FieldType.NUMBER: _number,
    FieldType.PERCENTAGE: _number,
    FieldType.BOOLEAN: _yes_or_no,
}


def _longer(key: str, known: Iterable[str]) -> str | None:
    """The key of which this is a part: `model` for `device_model`."""
    near = next((name for name in known if key.lower() in name.split("_")), None)
    return f"did you mean `{near}`?" if near else None


def write_event(event: Event) -> str:
    """The line of an event, without the line end: what `read_event` reads back."""
    return json.dumps(event_values(event), ensure_ascii=False)


def event_values(event: Event) -> dict[str, object]:
    """An event as plain values, what every event has first."""
    content: dict[str, object] = {"seq": event.seq, "at": format_instant(event.at), "type": event.type}
    if event.party is not None:
        content["party"] = event.party
    if event.guid is not None:
        content["guid"] = format_guid(event.guid)
    return {**content, **event.fields}


def _party(value: object) -> Party:
    """Who said it; `dcc` would be nobody, and what it says would be passed over."""
    name = kinds.text(value)
    if name != DCC and name.upper() == DCC:
        raise InputError(f"`{name}` is no Party", hint=f"did you mean `{DCC}`?")
    return Party(name)


def _field(key: str, value: object, spec: FieldSpec) -> object:
    """A field of a known type: its words, digits and dates are checked, its value stays JSON's."""
    match spec.type:
        case FieldType.ENUM:
            return _at(key, value, lambda given: kinds.word(given, spec.values))
        case FieldType.HEX:
            return _at(key, value, lambda given: kinds.hex_text(given, spec.digits or 8))
        case FieldType.DATE:
            _at(key, value, lambda given: parse_instant(kinds.text(given)))
        case FieldType.TEXT if key == "csp_region":
            return _at(key, value, kinds.region)
        case FieldType.TEXT if isinstance(value, str | list | dict):
            return _at(key, value, kinds.text)
        case _:
            pass
    return value


def _at(key: str, value: object, read: Callable[[object], T]) -> T:
    try:
        return read(value)
    except InputError as problem:
        raise InputError(f"{key}: {problem}", hint=problem.hint) from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(f"the key `{shown(key)}` is there twice")
        found[key] = value
    return found


def _no_constant(name: str) -> object:
    raise InputError(f"`{name}` is not a value of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise InputError(f"`{shown(text)}` is too large a number")
    return number


def _check_text(content: object) -> None:
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InputError("half a character stands here, a surrogate without its other half") from None
