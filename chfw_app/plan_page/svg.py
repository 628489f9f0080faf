"""Drawings as text: a few shapes of SVG, enough for bars and lines, without a chart library.

Colours are classes, so that the page's style sheet decides them for light, dark and print. Numbers
are written with at most two decimals: the same drawing is the same bytes.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from html import escape

from attrs import frozen


def number(value: float) -> str:
    """`12`, `12.5`, `12.25`: never an exponent, never a trailing zero."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(name: str, content: str = "", **attributes: object) -> str:
    """One element; `class_` and `text_anchor` become `class` and `text-anchor`; None is left out."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{pairs}>{content}</{name}>" if content else f"<{name}{pairs}/>"


def _attribute(value: object) -> str:
    return number(value) if isinstance(value, float) else escape(str(value), quote=True)


def rect(x: float, y: float, width: float, height: float, kind: str, says: str = "") -> str:
    """A filled rectangle of a colour class; `says` shows on hovering."""
    title = element("title", escape(says)) if says else ""
    return element("rect", title, x=float(x), y=float(y), width=float(width), height=float(height), class_=kind)


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """A straight line."""
    return element("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=kind)


def path(points: Sequence[tuple[float, float]], kind: str) -> str:
    """An open line through the points."""
    moves = " ".join(f"{'M' if at == 0 else 'L'}{number(x)} {number(y)}" for at, (x, y) in enumerate(points))
    return element("path", d=moves, class_=kind)


def text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "label") -> str:
    """Words; `anchor` start, middle or end."""
    return element("text", escape(words), x=float(x), y=float(y), text_anchor=anchor, class_=kind)


def drawing(width: float, height: float, label: str, shapes: Iterable[str], *, stretch: bool = False) -> str:
    """The drawing; `label` is what a screen reader says. `stretch`: it fills its box in both directions."""
    return element(
        "svg",
        "".join(shapes),
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_label=label,
        preserveAspectRatio="none" if stretch else None,
    )


@frozen(kw_only=True)
class Scale:
    """Values from `low` … `high` to places from `start` … `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value."""
        span = (self.high - self.low) or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


def round_ceiling(value: float) -> int:
    """The next of 1, 2, 2.5, 5 × a power of ten: the top of an axis."""
    if value <= 10:
        return 10 if value > 5 else 5
    power = 1
    while power * 10 < value:
        power *= 10
    for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        if power * step >= value:
            return int(power * step)
    return power * 10


def short_number(value: int) -> str:
    """`950`, `12k`, `1.5M`."""
    if value >= 1_000_000:
        return f"{number(round(value / 1_000_000, 2))}M"
    if value >= 10_000 or (value >= 1_000 and value % 100 == 0):
        return f"{number(round(value / 1_000, 1))}k"
    return f"{value:,}"


def month_starts(first: date, last: date) -> list[date]:
    """The firsts of the months within a span of days."""
    days: list[date] = []
    day = first.replace(day=1)
    while day <= last:
        if day >= first:
            days.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return days
