"""What the DCC decides for a hub: whether it is held, its automatic time, its default period.

A `decide` rule may leave the date as notified, move it (BR1.3: automatic time, cut-off and default
period follow), or narrow the default period and set its windows. It never opens before the
automatic time: the DCC has no earlier date than its own (I1).
"""

from datetime import datetime

from attrs import evolve

from chfw_core.consent.model import Resolution
from chfw_core.planning.decision import HoldState, ReadDate, held_words, latest_end, open_hold
from chfw_core.planning.hub_plan import DccTerms
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.release_state import cutoff_of, default_resolution
from chfw_core.rules.meaning.evaluate import as_closing, as_opening
from chfw_core.rules.model import DateExpr, DecideRule, DecideThen


def dcc_terms(
    *,
    release_held: str | None,
    holds: tuple[HoldState, ...],
    decide: DecideRule | None,
    inputs: PlanInputs,
    read_date: ReadDate,
) -> DccTerms:
    """The DCC's terms for a hub or a class of hubs.

    `release_held`: what `ReleaseState.held` says. `holds`: the DCC's that matched and are not
    over. `decide`: the first of its rules that matches. `read_date` reads the rule's dates.
    """
    automatic_at = _automatic_at(decide, inputs, read_date)
    delay = latest_end(holds)
    return DccTerms(
        automatic_at=automatic_at,
        cutoff=cutoff_of(inputs, automatic_at),
        default=_default(decide, default_resolution(inputs, automatic_at), read_date),
        held=release_held or _open_reason(holds),
        rule=None if decide is None else decide.id,
        batch=None if decide is None else decide.batch,
        delay_until=None if delay is None else delay.ends,
        delay_rule=None if delay is None else delay.rule,
    )


def _open_reason(holds: tuple[HoldState, ...]) -> str | None:
    hold = open_hold(holds)
    if hold is None:
        return None
    return f"the DCC holds it by {held_words(hold, holds)}"


def _automatic_at(decide: DecideRule | None, inputs: PlanInputs, read_date: ReadDate) -> datetime:
    """BR1.3: moved by the rule; a hub without the value that the rule reads keeps its date."""
    if decide is None or decide.then is not DecideThen.MOVE_AUTOMATIC_DATE or decide.to is None:
        return inputs.release.automatic_at
    return _read(decide.to, read_date) or inputs.release.automatic_at


def _default(decide: DecideRule | None, default: Resolution, read_date: ReadDate) -> Resolution:
    if decide is None or decide.then is not DecideThen.INSTRUCT or decide.at is None:
        return default
    opens = None if decide.at.opens is None else _read(decide.at.opens, read_date)
    closes = None
    if decide.at.closes is not None and (value := read_date(decide.at.closes)) is not None:
        closes = as_closing(value)
    period = default.period
    # A rule that leaves nothing of the DCC's period narrows nothing: its windows alone apply.
    narrowed = period.cut(opens or period.opens, closes or period.closes) or period
    return evolve(default, period=narrowed, windows=decide.at.windows)


def _read(expr: DateExpr, read_date: ReadDate) -> datetime | None:
    value = read_date(expr)
    return None if value is None else as_opening(value)
