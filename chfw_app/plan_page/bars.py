"""Outcome by Supplier, and configuration sets before and after: stacked bars beside their words.

A bar is a drawing that stretches; its words are text of the page, so that they stay legible on a
narrow screen.
"""

from collections.abc import Mapping, Sequence
from html import escape

from chfw_app.outcomes import OUTCOMES, by_group
from chfw_app.plan_page.svg import drawing, rect
from chfw_app.plan_page.tables import folded, legend, table
from chfw_core.planning.summary import Summary

MANY = 14
"""How many configuration sets get bars of their own; the table has all of them."""

NO_SET = "none recorded"
OLDER = 5
"""How many older firmware versions get a colour of their own."""


def stacked_bar(parts: Sequence[tuple[str, int, str]], total: int, label: str) -> str:
    """Parts are (colour class, count, words); the bar's whole length is `total`."""
    shapes, x = [], 0.0
    for kind, count, words in parts:
        if count:
            width = 1000.0 * count / max(total, 1)
            shapes.append(rect(x, 0, max(width, 1.5), 20, kind, f"{words}: {count:,}"))
            x += width
    return drawing(1000, 20, label, shapes, stretch=True)


def supplier_section(summary: Summary) -> str:
    """One bar per Supplier, the largest first; a split hub counts for both of its Suppliers."""
    groups = by_group(summary.by_party)
    order = sorted(groups, key=lambda party: (-sum(groups[party].values()), party))
    if not order:
        return "<p>No hub has a responsible Supplier.</p>"
    rows = "".join(_supplier_row(party, groups[party]) for party in order)
    key = legend([(kind.key, kind.says) for kind in OUTCOMES])
    header = ("Supplier", "hubs", *(kind.words for kind in OUTCOMES))
    numbers = [(party, sum(groups[party].values()), *groups[party].values()) for party in order]
    all_numbers = folded("as a table", table("Hubs by Supplier and outcome", header, numbers))
    return f'{key}<div class="bars">{rows}</div>{all_numbers}'


def _supplier_row(party: str, counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    early = counts["both"] + counts["sole"]
    parts = [(kind.key, counts[kind.key], kind.says) for kind in OUTCOMES]
    says = ", ".join(f"{words} {count:,}" for _, count, words in parts if count)
    bar = stacked_bar(parts, total, f"{party}: {says}")
    return _row(party, bar, f"{total:,}", f"{round(100 * early / max(total, 1))}% early")


def _row(name: str, bar: str, figure: str, remark: str) -> str:
    return (
        f'<div class="bar"><span class="name">{escape(name)}</span><span class="track">{bar}</span>'
        f'<span class="figure">{escape(figure)}<small>{escape(remark)}</small></span></div>'
    )


def configuration_section(summary: Summary, new_version: str) -> str:
    """What is deployed before and what after the plan, by configuration set (PR2)."""
    sets = _sets(summary)
    order = sorted(sets, key=lambda name: (-_hubs(sets[name]), name))
    versions = _versions(summary, new_version)
    colours = {version: f"fw{at}" for at, version in enumerate(versions)}
    largest = max((_hubs(sets[name]) for name in order), default=1)
    rows = "".join(_set_rows(name, sets[name], colours, new_version, largest) for name in order[:MANY])
    if len(order) > MANY:
        rows += f'<p class="quiet">{len(order) - MANY:,} smaller sets are in the table.</p>'
    key = legend(
        [
            ("fwnew", f"{new_version} (this release)"),
            *((colours[v], v) for v in versions),
            ("fwother", "other versions"),
        ]
    )
    return f'{key}<div class="bars pairs">{rows}</div>{folded("as a table", _set_table(sets, order, new_version))}'


Versions = Mapping[str, tuple[int, int]]
"""Per firmware version: hubs that stay on it, hubs that go to the release's version."""


def _sets(summary: Summary) -> dict[str, dict[str, tuple[int, int]]]:
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for (name, version, goes), hubs in summary.by_configuration.items():
        stay, go = found.setdefault(name or NO_SET, {}).get(version, (0, 0))
        found[name or NO_SET][version] = (stay, go + hubs) if goes else (stay + hubs, go)
    return found


def _hubs(versions: Versions) -> int:
    return sum(stay + go for stay, go in versions.values())


def _versions(summary: Summary, new_version: str) -> list[str]:
    """The commonest older versions, then in order of name."""
    counts: dict[str, int] = {}
    for (_, version, _), hubs in summary.by_configuration.items():
        if version != new_version:
            counts[version] = counts.get(version, 0) + hubs
    return sorted(sorted(counts, key=lambda version: (-counts[version], version))[:OLDER])


def _set_rows(name: str, versions: Versions, colours: Mapping[str, str], new: str, largest: int) -> str:
    before = {version: stay + go for version, (stay, go) in versions.items()}
    after = {version: stay for version, (stay, _) in versions.items()}
    after[new] = after.get(new, 0) + sum(go for _, go in versions.values())
    hubs = _hubs(versions)
    bars = "".join(
        stacked_bar(_parts(counts, colours, new), largest, f"{name}, {when}: {_said(counts)}")
        for when, counts in (("before", before), ("after", after))
    )
    return _row(name, bars, f"{hubs:,}", f"{_percent(before.get(new, 0), hubs)} → {_percent(after[new], hubs)}")


def _percent(part: int, whole: int) -> str:
    return f"{round(100 * part / max(whole, 1))}%"


def _parts(counts: Mapping[str, int], colours: Mapping[str, str], new: str) -> list[tuple[str, int, str]]:
    parts = [("fwnew", counts.get(new, 0), new)]
    parts += [(colours[version], counts.get(version, 0), version) for version in colours]
    other = sum(hubs for version, hubs in counts.items() if version != new and version not in colours)
    return [*parts, ("fwother", other, "other versions")]


def _said(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{version} {hubs:,}" for version, hubs in sorted(counts.items()) if hubs)


def _set_table(sets: Mapping[str, Versions], order: Sequence[str], new: str) -> str:
    rows = [
        (name, version, stay + go, new if go else version, go)
        for name in order
        for version, (stay, go) in sorted(sets[name].items())
    ]
    header = ("configuration set", "firmware before", "hubs", "firmware planned", "hubs that change")
    return table("Configuration sets: firmware before and planned", header, rows)
