"""What a firing wrote down and what it is for, in words for people: ends, periods and scopes with their values."""

from collections.abc import Mapping
from typing import Any

from chfw_core.model.guid import format_guid
from chfw_core.rollout.triggering.entries import Effect, Fired, Kind


def effect_words(effect: Effect) -> str:
    """One effect with its values, such as `hold until 2026-03-02T00:00:00Z`."""
    said = effect.said
    match effect.kind:
        case Kind.HOLD:
            what = "hold everything" if said.get("everything") else "hold"
            return f"{what} {_end(said)}"
        case Kind.RELEASE:
            return "release everything" if said.get("everything") else f"release {', '.join(said['holds'])}"
        case Kind.INSTRUCT:
            begins, ends = said.get("opens", "the next day"), said.get("closes", "the automatic date")
            windows = f" in {', '.join(said['windows'])}" if said.get("windows") else ""
            return f"instruct from {begins} to {ends}{windows}"
        case Kind.NOTIFY:
            return (
                f"notify {', '.join(said['to'])}: {said['text']}" if said["text"] else f"notify {', '.join(said['to'])}"
            )
        case Kind.INCIDENT:
            return f"incident ({said['priority']})" if said.get("priority") else "incident"


def scope_words(scope: Mapping[str, str]) -> str:
    """What a firing is for: `hub 88-73-…`, `csp_region North`."""
    return ", ".join(f"{name} {value}" for name, value in scope.items())


def where_words(fired: Fired) -> str:
    """Whom a firing is about, with the hub that completed it: `for csp_region North, with hub 88-73-…`."""
    words = f"for {scope_words(fired.scope)}"
    return words if fired.per_hub or fired.guid is None else f"{words}, with hub {format_guid(fired.guid)}"


def _end(said: Mapping[str, Any]) -> str:
    ends = said.get("ends")
    match said["until"]:
        case "date":
            return "without an end: the field that says it has no value" if ends is None else f"until {ends}"
        case "event":
            what = f"until {said['event']}" + (f" `{said['ref']}`" if said.get("ref") else "")
        case "flag_cleared":
            what = f"until the flag `{said['flag']}` is cleared"
        case _:
            what = "until it is released"
    return what if ends is None else f"{what}, at the latest until {ends}"
