"""How an instruction names the trigger that gave it: `trigger:` and the trigger's id, which no rule's id can be."""

from typing import Final

PREFIX: Final = "trigger:"


def is_of_trigger(rule: str | None) -> bool:
    """Whether a row's rule is a trigger, whose instruction stands by itself until it is amended or withdrawn."""
    return rule is not None and rule.startswith(PREFIX)
