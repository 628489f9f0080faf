"""A file of tests brought together with its rules: what is left out is filled in, and what cannot be is said.

Defaults: a hub has the release's first device model, one Supplier in both roles (the owner), and is
Commissioned; everything else that is left out is missing. A release is one of medium severity with
a version above every other; it is notified when the rules are first asked, and automatic after the
usual months.
"""

from collections.abc import Mapping
from datetime import date, datetime

from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.parameters import Parameters
from chfw_core.model.periods import add_months, format_instant, london_date
from chfw_core.model.releases import FirmwareRelease, Participation, Phase, Priority, ReleaseKind, Severity
from chfw_core.reports.trials.document import Draft, ExpectedDraft, TrialDocument
from chfw_core.reports.trials.expectations import check_expected
from chfw_core.reports.trials.hubs import fit_hub
from chfw_core.reports.trials.model import Expected, Fields, Trial, TrialSet
from chfw_core.rules.check import Checked
from chfw_core.rules.meaning.values import as_opening
from chfw_core.rules.model import RuleSet
from chfw_core.rules.problems.problem import Problems

_DEFAULTS: Mapping[str, object] = {
    "id": "test",
    "kind": ReleaseKind.SEC_RELEASE,
    "device_models": (),
    "firmware_version": "FFFFFFFF",
    "severity": Severity.MEDIUM,
    "priority": Priority.NORMAL,
    "participation": Participation.VOLUNTARY,
}


def fit(document: TrialDocument, checked: Checked, parameters: Parameters) -> TrialSet | None:
    """The trials, or None where an error of the tests or the rules is in the way; it is then among their problems.

    `checked`: exactly the files that `tests_for` names.
    """
    if checked.has_errors or document.lacks_rules:
        return None
    if len(checked.rulesets) != 1:
        owners = " and ".join(f"`{rules.owner}`" for rules in checked.rulesets)
        hint = "tests are about the rules of one owner; make a file of tests for each"
        document.problems.add("E502", document.tests_for[0].span, f"these files are of {owners}", hint=hint)
        return None
    trials = [_trial(draft, document, checked.rulesets[0], parameters) for draft in document.drafts]
    if document.problems.has_errors:
        return None
    return TrialSet(
        file=document.file, rules=checked.rulesets[0], trials=tuple(trial for trial in trials if trial is not None)
    )


def _trial(draft: Draft, document: TrialDocument, rules: RuleSet, parameters: Parameters) -> Trial | None:
    problems = document.problems
    fitted = [_expected(item, draft, document, rules) for item in draft.expected]
    expected = tuple(item for item in fitted if item is not None)
    written = Fields(
        span=draft.name.span,
        values={**_DEFAULTS, **document.release.values, **draft.release.values},
        places={**document.release.places, **draft.release.places},
    )
    hub = fit_hub(draft.hub, rules.owner, written.values["device_models"], problems)
    release = _release(written, expected, parameters, problems) if expected else None
    if release is None or hub is None:
        return None
    return Trial(
        name=draft.name.value,
        span=draft.name.span,
        release=release,
        hub=hub.hub,
        other_instructed=hub.other_instructed,
        events=(*_phase(written, release), *draft.events),
        expected=expected,
    )


def _expected(item: ExpectedDraft, draft: Draft, document: TrialDocument, rules: RuleSet) -> Expected | None:
    check_expected(item.fields, rules, document.problems)
    as_of = item.as_of or draft.as_of or document.as_of
    if as_of is None:
        hint = "write `as_of` here, in the test or at the top of the file"
        document.problems.add("E504", item.fields.span, "nothing says when the rules are asked", hint=hint)
        return None
    return Expected(as_of=as_of, **item.fields.values)  # type: ignore[arg-type]


def _release(
    written: Fields, expected: tuple[Expected, ...], parameters: Parameters, problems: Problems
) -> FirmwareRelease | None:
    values = written.values
    first = min(item.as_of for item in expected)
    place = written.place("notified_on") if "notified_on" in values else written.span
    try:
        notified = _instant(values.get("notified_on")) or first
        for moment in (first, notified):
            for name in parameters.values:
                parameters.at(name, london_date(moment))
        months = parameters.at("automatic_after_months", london_date(notified))
        automatic = _instant(values.get("automatic_on")) or add_months(notified, months)
        days = parameters.at("mass_period_days", london_date(notified))
        limit = parameters.at("pilot_limit", london_date(notified))
    except InputError as problem:
        problems.add("E504", place, str(problem))
        return None
    if automatic <= notified:
        what = f"the automatic time {format_instant(automatic)} is not after the notice at {format_instant(notified)}"
        problems.add("E504", written.place("automatic_on"), what)
        return None
    return FirmwareRelease(
        id=str(values["id"]),
        kind=ReleaseKind(str(values["kind"])),
        device_models=_texts(values["device_models"]),
        firmware_version=str(values["firmware_version"]),
        notified_at=notified,
        automatic_at=automatic,
        mass_period_days=days,
        pilot_limit=limit,
        severity=Severity(str(values["severity"])),
        priority=Priority(str(values["priority"])),
        participation=Participation(str(values["participation"])),
    )


def _phase(written: Fields, release: FirmwareRelease) -> tuple[Event, ...]:
    """A phase that the release is said to be in is open from its notice on; one in `given` comes after it."""
    phase = written.values.get("phase")
    if phase is None:
        return ()
    fields = {"phase": Phase(str(phase)).value}
    return (Event(seq=0, at=release.notified_at, type="phase_opened", fields=fields),)


def _instant(value: object) -> datetime | None:
    return as_opening(value) if isinstance(value, date) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, tuple) else ()
