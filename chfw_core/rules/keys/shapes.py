"""The kinds of values that a table of keys is made of. `structure` reads by them, `schema` shows them."""

from __future__ import annotations

from attrs import field, frozen


@frozen(kw_only=True)
class Text:
    """One piece of text, not empty. With `pattern` it must be a name of that form."""

    pattern: str | None = None
    form: str = "text"


@frozen(kw_only=True)
class Word:
    """One of a few words."""

    values: tuple[str, ...]


@frozen(kw_only=True)
class Whole:
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = 1_000_000_000


@frozen(kw_only=True)
class Written:
    """Text in the rule language, read later: `what` is a condition, a date, a duration or the like."""

    what: str
    examples: tuple[str, ...] = ()


@frozen(kw_only=True)
class ListOf:
    """A list, each item of one kind. `least` items at least."""

    item: Kind
    least: int = 0


@frozen(kw_only=True)
class Named:
    """Names of the author's own, each with a value of one kind."""

    item: Kind
    pattern: str
    form: str


@frozen(kw_only=True)
class Key:
    """One key of a shape."""

    name: str
    kind: Kind
    description: str
    required: bool = False


@frozen(kw_only=True)
class Shape:
    """A mapping with these keys and no others."""

    name: str
    keys: tuple[Key, ...]

    def key(self, name: str) -> Key | None:
        """The key of that name, or None."""
        return next((key for key in self.keys if key.name == name), None)


@frozen(kw_only=True)
class Either:
    """One of several kinds, told apart by what stands there: a scalar, a list or a mapping."""

    scalar: Text | Word | Written | None = None
    items: ListOf | None = None
    mapping: Shape | None = None
    options: tuple[Option, ...] = field(init=False)

    @options.default
    def _options(self) -> tuple[Option, ...]:
        return tuple(kind for kind in (self.scalar, self.items, self.mapping) if kind is not None)


Option = Text | Word | Written | ListOf | Shape
Kind = Text | Word | Whole | Written | ListOf | Named | Shape | Either
