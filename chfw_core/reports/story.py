"""The form of an explanation: titled sections of lines as text; as an object what they say, by key."""

from collections.abc import Mapping

from attrs import field, frozen


@frozen(kw_only=True)
class Section:
    """A heading and what is said under it; a line that begins with two spaces belongs to the last."""

    title: str
    lines: tuple[str, ...]


@frozen(kw_only=True)
class Explanation:
    """NF1: the whole consent story of one hub, for one reader (`party` None = the DCC).

    `facts`: what the sections say, for a program; `docs/reference/explanations.md` has its keys.
    `other`: in what the schedule's row is not what the inputs give.
    """

    guid: str
    party: str | None
    sections: tuple[Section, ...]
    facts: Mapping[str, object] = field(factory=dict)
    other: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """As text, section by section."""
        said = [f"hub {self.guid}"]
        for section in self.sections:
            said += ["", section.title]
            said += [f"  {line}" for line in section.lines]
        return tuple(said)

    def as_dict(self) -> dict[str, object]:
        """As one object for `--json`; `sections` is the text."""
        return {
            "guid": self.guid,
            "as": self.party,
            **self.facts,
            "sections": [{"title": section.title, "lines": list(section.lines)} for section in self.sections],
        }
