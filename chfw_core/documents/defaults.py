"""The installed parameters and calendar, as values.

Both come with `chfw_rulesets` and can be replaced: parameters by a file, see
`chfw_core.documents.parameters`.
"""

import json
from datetime import date
from functools import cache

from chfw_core.model.parameters import DatedValue, Parameters
from chfw_core.model.windows import Holidays
from chfw_rulesets import load_text


@cache
def default_parameters() -> Parameters:
    """The figures of the modification, each with its source (assumptions say so)."""
    content = json.loads(load_text("parameters.json"))
    return Parameters(
        values={
            name: tuple(
                DatedValue(
                    value=dated["value"],
                    since=date.fromisoformat(dated["since"]),
                    source=dated["source"],
                )
                for dated in sorted(parameter["values"], key=lambda dated: str(dated["since"]))
            )
            for name, parameter in content.items()
        }
    )


@cache
def bank_holidays() -> Holidays:
    """The stored calendar by division: every plan made with it can be made again."""
    content = json.loads(load_text("bank_holidays.json"))
    return {division: frozenset(date.fromisoformat(day) for day in days) for division, days in content["days"].items()}
