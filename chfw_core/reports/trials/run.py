"""Trials run: what was expected beside what came out, row by row, with the reasons where they differ."""

from collections.abc import Iterator
from datetime import date, datetime

from attrs import evolve, frozen

from chfw_core.model.hubs import CommsHub
from chfw_core.model.parameters import Parameters
from chfw_core.model.parties import Party
from chfw_core.model.periods import as_utc, format_instant, london_date, london_midnight
from chfw_core.model.windows import Holidays
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.own_decision import Outcome
from chfw_core.planning.raised_flags import raised_flags
from chfw_core.reports.trials.decide import Answer, answer
from chfw_core.reports.trials.fired import fired_by
from chfw_core.reports.trials.keys import NO_PILOT
from chfw_core.reports.trials.model import Expected, Got, Trial, TrialSet
from chfw_core.reports.trials.why import why_lines
from chfw_core.rules.meaning.evaluate import as_closing, as_opening

NOTHING = "none"
_AMOUNTS_TO = {Outcome.LEAVE_TO_DCC: Outcome.NO_RULE, Outcome.HELD: Outcome.STOPPED}
"""Whoever expects the first has it with the second too: without a rule a hub is the DCC's, and a stop holds it."""


@frozen(kw_only=True)
class Row:
    """One thing that was expected, in words."""

    what: str
    expected: str
    got: str
    holds: bool


@frozen(kw_only=True, eq=False)
class Check:
    """One moment of a trial. `why`: lines for a person, where it did not pass."""

    expected: Expected
    got: Got
    rows: tuple[Row, ...]
    why: tuple[str, ...]
    answer: Answer

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return all(row.holds for row in self.rows)


@frozen(kw_only=True, eq=False)
class TrialResult:
    """A trial with its checks, in the order of the file."""

    trial: Trial
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check did."""
        return all(check.passed for check in self.checks)


def run_trials(trials: TrialSet, parameters: Parameters, holidays: Holidays) -> tuple[TrialResult, ...]:
    """Run every trial of a file."""
    return tuple(
        TrialResult(
            trial=trial,
            checks=tuple(_check(expected, trial, trials, parameters, holidays) for expected in trial.expected),
        )
        for trial in trials.trials
    )


def _check(expected: Expected, trial: Trial, trials: TrialSet, parameters: Parameters, holidays: Holidays) -> Check:
    inputs = PlanInputs(
        release=trial.release,
        as_of=expected.as_of,
        rulesets=(trials.rules,),
        events=trial.events,
        parameters=parameters,
        holidays=holidays,
    )
    found = answer(inputs, _flagged(trial.hub, inputs, trials.rules.owner), other_instructed=trial.other_instructed)
    asks_for_pilot = expected.outcome is Outcome.PILOT
    got = found.chosen if asks_for_pilot and found.chosen is not None else found.got
    rows = tuple(_rows(expected, got))
    if expected.fired is not None:
        rows += (_same("fired", _names(expected.fired), _names(fired_by(inputs, trials.rules, trial))),)
    why = () if all(row.holds for row in rows) else why_lines(expected, got, found)
    return Check(expected=expected, got=got, rows=rows, why=why, answer=found)


def _flagged(hub: CommsHub, inputs: PlanInputs, owner: str) -> CommsHub:
    """RU5: the hub with the flags that events have raised by then, in the eyes of the owner's rules."""
    raised = raised_flags(inputs.events, release=inputs.release.id, as_of=inputs.as_of)

    def read(name: str) -> object:
        return getattr(hub, name)

    return evolve(hub, flags=hub.flags | raised.of(read, hub.guid) | raised.of(read, hub.guid, Party(owner)))


def _rows(expected: Expected, got: Got) -> Iterator[Row]:
    if expected.outcome is not None:
        holds = got.outcome in (expected.outcome, _AMOUNTS_TO.get(expected.outcome))
        yield Row(what="outcome", expected=expected.outcome.value, got=got.outcome.value, holds=holds)
    if expected.by is not None:
        yield _same("by", expected.by, _text(got.by))
    if expected.window is not None:
        yield _same("window", _names(expected.window), _names(got.window))
    if expected.priority is not None:
        yield _same("priority", str(expected.priority), str(got.priority))
    opens, closes = (None, None) if got.period is None else (got.period.opens, got.period.closes)
    for what, written, instant in (
        ("opens", expected.opens, opens),
        ("closes", expected.closes, closes),
        ("until", expected.until, got.until),
        ("automatic_on", expected.automatic_on, got.automatic_at),
    ):
        if written is not None:
            yield _moment(what, written, instant)
    if expected.batch is not None:
        yield _same("batch", str(expected.batch), _text(got.batch))
    if expected.pilot is not None:
        holds = expected.pilot in (got.pilots or (NO_PILOT,))
        yield Row(what="pilot", expected=expected.pilot, got=_names(got.pilots), holds=holds)
    if expected.reason is not None:
        yield Row(what="reason", expected=expected.reason, got=got.reason, holds=expected.reason in got.reason)


def _same(what: str, expected: str, got: str) -> Row:
    return Row(what=what, expected=expected, got=got, holds=expected == got)


def _moment(what: str, written: date | datetime, got: datetime | None) -> Row:
    """A bare date is 00:00 Europe/London; as the end of a period it includes that day."""
    closing = what == "closes"
    meant = as_closing(written) if closing else as_opening(written)
    shown = format_instant(written) if isinstance(written, datetime) else written.isoformat()
    is_day = not isinstance(written, datetime)
    return Row(what=what, expected=shown, got=_shown(got, is_day=is_day, closing=closing), holds=meant == got)


def _shown(got: datetime | None, *, is_day: bool, closing: bool) -> str:
    """In the form of what it is compared with, where it has that form."""
    if got is None:
        return NOTHING
    day = london_date(got)
    if not is_day or london_midnight(day) != as_utc(got):
        return format_instant(got)
    return (date.fromordinal(day.toordinal() - 1) if closing else day).isoformat()


def _names(names: frozenset[str] | tuple[str, ...]) -> str:
    return ", ".join(sorted(names)) or NOTHING


def _text(value: object) -> str:
    return NOTHING if value is None else str(value)
