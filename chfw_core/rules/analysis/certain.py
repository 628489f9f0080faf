"""Periods that are empty or too late, and holds in vain, whatever the release, the day and the hub.

Each function says what is wrong as the end of a sentence, or None where nothing is certain.
"""

from chfw_core.rules.analysis.moments import (
    TOMORROW,
    Axis,
    Moment,
    after_cutoff,
    closing_of,
    never_after,
    never_after_axis,
    never_before_automatic,
    opening_of,
)
from chfw_core.rules.model import At, DateExpr, Until, UntilDate, UntilEvent, UntilFlagCleared
from chfw_core.rules.problems.problem import shown


def empty_or_late(at: At, *, supplier: bool, of_event: bool = False) -> str | None:
    """What is wrong with a period. `of_event`: a trigger writes it, so without `from` its opening is not known."""
    opens = opening_of(at.opens) if at.opens is not None else TOMORROW if supplier and not of_event else None
    begins = f"`{_text(at.opens)}`" if at.opens is not None else "the day after the rules are asked"
    if opens is not None and supplier and (late := _late(opens)):
        return f"begins at {begins}, {late}"
    if at.closes is None:
        return None
    closes, ends = closing_of(at.closes), f"`{_text(at.closes)}`"
    if over := _over(closes):
        return f"is over at {ends}, {over}"
    if not supplier and never_after_axis(closes, Axis.AUTOMATIC):
        return f"is over at {ends}, before the DCC's own begins at the automatic time"
    if opens is not None and never_after(closes, opens):
        return f"closes at {ends}, never after it opens at {begins}"
    return None


def hold_in_vain(until: Until, *, supplier: bool) -> str | None:
    """What is wrong with a hold's end. A Supplier's hold on a date moves its opening to that date."""
    expr = hold_end(until)
    if expr is None:
        return None
    end, text = opening_of(expr), _text(expr)
    if over := _over(end):
        return f"is over at `{text}`, {over}"
    if expr.base == "event.at" and expr.offset.days <= 0 and expr.offset.seconds <= 0:
        return f"is over at `{text}`, never after the event"
    if supplier and isinstance(until, UntilDate) and (late := _late(end)):
        return f"lasts until `{text}`, {late}"
    return None


def hold_end(until: Until) -> DateExpr | None:
    """The date at which a hold ends, at the latest; None where it has none."""
    match until:
        case UntilDate():
            return until.date
        case UntilEvent() | UntilFlagCleared():
            return until.at_latest
        case _:
            return None


def _over(end: Moment) -> str | None:
    if never_after_axis(end, Axis.NOTICE):
        return "never after the notice"
    return "never after the moment at which the rules are asked" if never_after_axis(end, Axis.AS_OF) else None


def _late(begin: Moment) -> str | None:
    """BR3.4: what opens after the cut-off can no longer be changed by then."""
    if never_before_automatic(begin):
        return "never before the automatic time"
    return "always after the cut-off" if after_cutoff(begin) else None


def _text(expr: DateExpr | None) -> str:
    return shown(expr.text) if expr is not None else ""
