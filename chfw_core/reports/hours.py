"""The windows of everybody who has a say on a hub's hours, and the black-outs of its period, as they are told.

A Supplier is told its own windows and those of its CSP, which bind the whole region: what the second Supplier's
are, or the DCC's for this hub, is not its business (NF7).
"""

from collections.abc import Iterator

from attrs import frozen

from chfw_core.consent.model import ActivationBasis
from chfw_core.model.parties import DCC
from chfw_core.model.periods import Period
from chfw_core.model.window_text import DAYS, hours_of, left_out
from chfw_core.model.windows import WeeklyWindow, Windows
from chfw_core.planning.release_state import blackouts_in
from chfw_core.reports.case import Case


@frozen(kw_only=True)
class WindowTold:
    """One window, with the hours that count: two of one name may differ."""

    window: WeeklyWindow

    @property
    def _days(self) -> list[str]:
        return [DAYS[day] for day in sorted(self.window.days)]

    @property
    def text(self) -> str:
        """``window `weekends` (sat, sun 10:00-16:00)``, in the words of the rule language; or `hours (…)`."""
        not_on = left_out(self.window)
        but = f", not on {', '.join(not_on)}" if not_on else ""
        called = f"window `{self.window.name}`" if self.window.name else "hours"
        return f"{called} ({', '.join(self._days)} {hours_of(self.window)}{but})"

    def as_dict(self) -> dict[str, object]:
        """As an object, with the keys of the rule language; `window` None: that of an instruction has no name."""
        return {
            "window": self.window.name or None,
            "days": self._days,
            "between": hours_of(self.window),
            "not_on": left_out(self.window),
        }


def windows_told(windows: Windows | None) -> tuple[WindowTold, ...]:
    """In order of name; none of somebody who does not limit the hours."""
    parts = () if windows is None else windows.parts
    return tuple(WindowTold(window=part) for part in sorted(parts, key=lambda part: (part.name, part.hours)))


def csp_windows(case: Case) -> Windows:
    """Those of the hub's CSP, which narrow every period of the region."""
    return case.matcher.rules(case.csp).region_windows


def sides(case: Case) -> Iterator[tuple[str, Windows]]:
    """Whose windows may limit the hub's hours, whoever reads of them."""
    for name, decision in case.decisions.items():
        if decision.consent is not None:
            yield name, decision.consent.windows
    if case.plan.resolution.basis is ActivationBasis.DCC_DEFAULT:
        yield DCC, case.match.dcc.default.windows
    yield case.csp, csp_windows(case)


def cutting_blackouts(case: Case) -> tuple[Period, ...]:
    """The release's black-outs that take something of the hub's period."""
    period = case.plan.resolution.period
    found = blackouts_in(case.matcher.inputs, case.match.hub.csp_region)
    return tuple(sorted(one for one in found if one.cut(period.opens, period.closes) is not None))
