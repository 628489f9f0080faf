"""What a name means at one place of a file: the owner, the file's sets and windows, the fields there.

A field of the DCC and CSPs named by a Supplier is said to be invisible, not unknown; it is never
suggested either.
"""

from collections.abc import Mapping
from enum import Enum
from functools import cache

from attrs import define, field, frozen

from chfw_core.diagnostics import Span
from chfw_core.model.parties import DCC, is_supplier
from chfw_core.model.windows import WeeklyWindow
from chfw_core.rules.model import Operand
from chfw_core.rules.problems.problem import Problems, did_you_mean, shown
from chfw_core.rules.text.borrowed import OTHERWISE_ELSEWHERE
from chfw_core.rules.text.nodes import Scalar
from chfw_core.rules.vocabulary.event_fields import COMMON_EVENT_FIELDS, EVENT_FIELDS
from chfw_core.rules.vocabulary.fields import (
    EVENT_PREFIX,
    HUB_FIELDS,
    MY_PREFIX,
    PILOT_FIELDS,
    PILOT_PREFIX,
    PLAN_FIELDS,
    RELEASE_FIELDS,
    FieldSpec,
    FieldType,
    is_visible,
)


class Role(Enum):
    """For what a name stands: what is asked about, what it is compared with, one of a list."""

    FIELD = "field"
    VALUE = "value"
    IN_LIST = "in a list"


@frozen(kw_only=True)
class Place:
    """The fields that may be named at one place, by name. `any_event`: of an event of a misspelt type, any."""

    fields: Mapping[str, FieldSpec]
    knows_hub: bool = True
    any_event: bool = False


def _by_name(*groups: tuple[FieldSpec, ...]) -> Mapping[str, FieldSpec]:
    return {spec.name: spec for group in groups for spec in group}


HUB_PLACE = Place(fields=_by_name(HUB_FIELDS, RELEASE_FIELDS, PLAN_FIELDS))
EXPIRY_PLACE = Place(fields=_by_name(HUB_FIELDS, RELEASE_FIELDS, PLAN_FIELDS, COMMON_EVENT_FIELDS))
PILOT_PLACE = Place(fields=_by_name(PILOT_FIELDS, RELEASE_FIELDS, PLAN_FIELDS), knows_hub=False)

_YES_OR_NO = {"true": "true", "yes": "true", "false": "false", "no": "false"}
_ELSEWHERE: Mapping[str, str] = {EVENT_PREFIX: "`events`", PILOT_PREFIX: "a pilot's `then`"}


@define(kw_only=True)
class FileScope:
    """One file's owner, names and problems. `window_names` includes windows that are not in order."""

    owner: str
    problems: Problems
    sets: dict[str, tuple[Scalar, ...]] = field(factory=dict)
    windows: dict[str, WeeklyWindow] = field(factory=dict)
    window_names: dict[str, Span] = field(factory=dict)
    set_names: dict[str, Span] = field(factory=dict)
    fitted_sets: dict[tuple[str, bool, FieldType, str], tuple[Operand, ...] | None] = field(factory=dict)
    values_used: int = 0
    used_sets: set[str] = field(factory=set)
    used_windows: set[str] = field(factory=set)
    released: list[Scalar] = field(factory=list)
    event_types: Mapping[str, tuple[FieldSpec, ...]] = field(factory=lambda: EVENT_FIELDS)

    @property
    def is_supplier(self) -> bool:
        """Whether the owner is a Supplier."""
        return is_supplier(self.owner)

    @property
    def is_dcc(self) -> bool:
        """Whether the owner is the DCC."""
        return self.owner == DCC

    @property
    def kind(self) -> str:
        """What the owner is, in words."""
        return "a Supplier" if self.is_supplier else "the DCC" if self.is_dcc else "a CSP"

    def event_place(self, event_type: str | None) -> Place:
        """The hub's fields, and those that an event of this type carries. None: of a type that is misspelt."""
        specs = COMMON_EVENT_FIELDS if event_type is None else self.event_types[event_type]
        return Place(fields={**HUB_PLACE.fields, **_by_name(specs)}, any_event=event_type is None)

    def look_up(self, name: str, place: Place, span: Span, role: Role = Role.FIELD) -> FieldSpec | None:
        """The field of that name, or None with a problem. `role`: for what the name stands there."""
        spec = place.fields.get(name)
        if spec is not None:
            if is_visible(spec, self.owner):
                return spec
            self.problems.add("E102", span, f"the field `{name}` is not visible to {self.kind}")
            return None
        if name.startswith(MY_PREFIX) and name.count(".") == 1 and place.knows_hub:
            return FieldSpec(name=name, type=FieldType.UNKNOWN, optional=True, description="a private attribute")
        if place.any_event and name.startswith(EVENT_PREFIX):
            return FieldSpec(name=name, type=FieldType.UNKNOWN, optional=True, description="of an unknown event")
        if self._is_of_elsewhere(name, place, span):
            return None
        if not self.problems.full:
            self.problems.add("E101", span, f"no field called `{shown(name)}`", hint=self._hint(name, place, role))
        return None

    def _is_of_elsewhere(self, name: str, place: Place, span: Span) -> bool:
        family = next((prefix for prefix in _ELSEWHERE if name.startswith(prefix)), None)
        if family is not None and not any(known.startswith(family) for known in place.fields):
            self.problems.add("E116", span, f"`{shown(name)}` exists only in {_ELSEWHERE[family]}")
            return True
        if not place.knows_hub and (name in HUB_PLACE.fields or name.startswith(MY_PREFIX)):
            self.problems.add("E116", span, f"`{shown(name)}` is of one hub; a pilot's `then` is about the group")
            return True
        return False

    def _hint(self, name: str, place: Place, role: Role) -> str | None:
        if role is Role.IN_LIST:
            return _in_quotes(name)
        if name in self.set_names:
            return f"it is a set: write `in {name}`"
        if name != "otherwise" and name.lower() in OTHERWISE_ELSEWHERE:
            return "write `otherwise`, which stands alone, and in `decide`"
        if name == "otherwise":
            return "`otherwise` stands alone, and in `decide`"
        if name in _enum_values():
            return _in_quotes(name)
        if role is Role.VALUE and name.lower() in _YES_OR_NO:
            word = f"write `{_YES_OR_NO[name.lower()]}`"
            return word if name.lower() in ("true", "false") else f'{word}, or text in double quotes: "{name}"'
        visible = [known for known, spec in place.fields.items() if is_visible(spec, self.owner)]
        near = did_you_mean(name, visible)
        return _in_quotes(name) if near is None and role is Role.VALUE and "." not in name else near


def _in_quotes(name: str) -> str:
    return f'put text in double quotes: "{shown(name)}"'


@cache
def _enum_values() -> frozenset[str]:
    return frozenset(value for spec in HUB_PLACE.fields.values() for value in spec.values)
