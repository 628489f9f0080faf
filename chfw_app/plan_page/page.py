"""The page of a plan: what is planned, for whom, within which capacity, and what was not checked.

One file without any outside resource, readable at 320 pixels, in the dark and on paper. It tells
nothing that varies between two runs with the same inputs: no clock, no durations, no folders.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from importlib.resources import files

from attrs import field, frozen

from chfw_app.outcomes import OUTCOMES, by_group, ineligible_for, per_outcome, share_of
from chfw_app.plan_page.bars import configuration_section, supplier_section
from chfw_app.plan_page.days import day_section
from chfw_app.plan_page.svg import element
from chfw_app.plan_page.tables import Cell, folded, table
from chfw_core.model.periods import LONDON, add_months, format_instant, london_date
from chfw_core.planning.model import Finding, PlanInputs
from chfw_core.planning.summary import Summary


@frozen(kw_only=True)
class InputFile:
    """One input as the page names it: no folder, but a digest of what was in it."""

    what: str
    name: str
    size: int
    digest: str


@frozen(kw_only=True)
class PageContent:
    """All that the page shows. `refused`: instructions by reason."""

    inputs: PlanInputs
    summary: Summary
    findings: Sequence[Finding] = ()
    files: Sequence[InputFile] = ()
    not_checked: Sequence[str] = ()
    notes: Sequence[str] = ()
    bad_rows: int = 0
    refused: Mapping[str, int] = field(factory=dict)
    version: str = ""


def render_page(content: PageContent) -> str:
    """The whole page as text."""
    release = content.inputs.release
    title = f"{release.firmware_version} ({release.id})"
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    sections = (
        ("Findings", _FINDINGS, _findings(content)),  # first: what a person should look at is not to be scrolled to
        ("When", _WHEN, day_section(content.summary, content.inputs)),
        ("Outcome by Supplier", _BY_SUPPLIER, supplier_section(content.summary)),
        ("Configuration sets", _SETS, configuration_section(content.summary, release.firmware_version)),
        ("Regions", "", _regions(content.summary)),
        ("Ineligible hubs", _INELIGIBLE, _ineligible(content.summary)),
        ("Made from", "", _inputs(content)),
        ("Not checked", _NOT_CHECKED, _bullets(content.not_checked)),
    )
    body = "".join(
        f'<section aria-labelledby="s{at}"><h2 id="s{at}">{escape(name)}</h2>{_lead(lead)}{inner}</section>'
        for at, (name, lead, inner) in enumerate(sections, start=1)
    )
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Plan: {escape(title)}</title><style>\n{style}</style></head>\n"
        f"<body><header>{_head(content, title)}</header><main>{body}</main>"
        f'<footer><p class="quiet">chfw {escape(content.version)}. The same inputs give the same page.</p></footer>'
        "</body></html>\n"
    )


_WHEN = (
    "Hubs activated on each London day, by CSP region, against what the region can take. "
    "Each chart has its own scale; a day without a line has no limit."
)
_BY_SUPPLIER = (
    "Each bar is all of a Supplier's hubs. A hub with two Suppliers counts for both, so these numbers add up to more "
    "than the estate."
)
_SETS = (
    "For each configuration set the upper bar is the firmware deployed now, the lower one what is deployed when every "
    "planned activation has succeeded. The remark is the share on this release's version."
)
_INELIGIBLE = "Hubs that the release is not for, each with the first reason that was found."
_FINDINGS = "The plan stands all the same; a person should look at these."
_NOT_CHECKED = "What this plan takes for granted."


def _head(content: PageContent, title: str) -> str:
    release, summary = content.inputs.release, content.summary
    counts = per_outcome(summary.by_outcome)
    cards = _card("", summary.hubs, "hubs in the estate", summary.hubs)
    cards += "".join(_card(kind.key, counts[kind.key], kind.says, summary.hubs) for kind in OUTCOMES)
    return (
        f"<h1>Plan for {escape(title)}</h1>"
        f'<p class="lead">Notified on {_day(release.notified_at)}, automatic on {_day(release.automatic_at)}; '
        f"planned as of {_moment(content.inputs.as_of)}.</p>"
        f'<p class="quiet">For the device models {escape(", ".join(release.device_models))}.</p>'
        f'<ul class="cards">{cards}</ul>'
    )


def _card(kind: str, count: int, words: str, total: int) -> str:
    share = share_of(count, total) if kind and total else ""
    return (
        f'<li class="{kind}"><b>{count:,}</b><span>{escape(words)}{f" · {escape(share)}" if share else ""}</span></li>'
    )


def _regions(summary: Summary) -> str:
    groups = by_group(summary.by_region)
    rows = [(name, sum(counts.values()), *counts.values()) for name, counts in groups.items()]
    return table("Hubs by CSP region and outcome", ("region", "hubs", *(kind.words for kind in OUTCOMES)), rows)


def _ineligible(summary: Summary) -> str:
    rows = list(ineligible_for(summary).items())
    return table("Why hubs are ineligible", ("reason", "hubs"), rows) if rows else "<p>None.</p>"


def _findings(content: PageContent) -> str:
    shown = ""
    if content.bad_rows:
        shown += f"<p><b>{content.bad_rows:,}</b> rows could not be used; they are listed beside the schedule.</p>"
    if content.refused:
        reasons = ", ".join(f"{escape(words)} {count:,}" for words, count in content.refused.items())
        total = sum(content.refused.values())
        shown += f"<p><b>{total:,}</b> instructions were refused ({reasons}), each listed beside the schedule.</p>"
    shown += "".join(f"<p>{escape(words)}.</p>" for words in content.notes)
    if not content.findings:
        return shown or "<p>None.</p>"
    rows: list[tuple[Cell, ...]] = [
        (f.count if f.about_hubs else "", f.party or "", f.code, f.message) for f in content.findings
    ]
    return shown + table("Findings", ("hubs", "party", "code", "what"), rows, whole=True)


def _inputs(content: PageContent) -> str:
    inputs, release = content.inputs, content.inputs.release
    plan: list[tuple[Cell, ...]] = [
        ("as of", _moment(inputs.as_of)),
        ("release", f"{release.id} ({release.kind}, severity {release.severity}, priority {release.priority})"),
        ("participation", str(release.participation)),
        ("notified", _moment(release.notified_at)),
        (
            "cut-off for instructions",
            _moment(add_months(release.automatic_at, -_parameter(inputs, "cutoff_before_months"))),
        ),
        ("automatic time", _moment(release.automatic_at)),
        ("mass period", f"{release.mass_period_days} days"),
        ("pilot limit", f"{release.pilot_limit:,} hubs"),
    ]
    read: list[tuple[Cell, ...]] = [(f.what, f.name, f.size, f.digest) for f in content.files]
    parameters: list[tuple[Cell, ...]] = [
        (name, dated.value, str(dated.since), dated.source)
        for name, values in sorted(inputs.parameters.values.items())
        for dated in values
    ]
    return (
        table("The plan", ("what", "value"), plan)
        + (table("Files", ("what", "name", "bytes", "SHA-256, its beginning"), read) if read else "")
        + folded("parameters and their sources", table("Parameters", ("name", "value", "since", "source"), parameters))
    )


def _parameter(inputs: PlanInputs, name: str) -> int:
    return inputs.parameters.at(name, london_date(inputs.release.notified_at))


def _lead(words: str) -> str:
    return f"<p>{escape(words)}</p>" if words else ""


def _bullets(lines: Sequence[str]) -> str:
    if not lines:
        return "<p>Nothing was left out.</p>"
    return element("ul", "".join(f"<li>{escape(words)}</li>" for words in lines), class_="plain")


def _day(instant: datetime) -> str:
    day = london_date(instant)
    return f"{day.day} {day:%B %Y}"


def _moment(instant: datetime) -> str:
    local = instant.astimezone(LONDON)
    return f"{local.day} {local:%B %Y %H:%M} London ({format_instant(instant)})"
