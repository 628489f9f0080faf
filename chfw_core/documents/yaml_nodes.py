"""A YAML (or JSON) document as plain values, with the place of each by its path.

The reader is that of rule files: small, strict, with every scalar still the text it was, so that
`0123` stays four characters and `1E100000` is no number.
"""

from collections.abc import Iterable, Mapping

from attrs import frozen

from chfw_core.diagnostics import Diagnostic, Span
from chfw_core.documents.structuring import Path, Trouble
from chfw_core.rules.problems.problem import Problems, Source
from chfw_core.rules.text.nodes import Node, Scalar, Sequence
from chfw_core.rules.text.reading import read_nodes, too_large


@frozen(kw_only=True)
class Document:
    """`value` is made of dict, list and str; None where the text could not be read."""

    value: object
    spans: Mapping[Path, Span]
    keys: Mapping[Path, Span]
    problems: Problems

    def span(self, path: Path, *, key: bool = False) -> Span:
        """The place of a value, or of its key; of the nearest one around it where it is not there."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.spans:
            path = path[:-1]
        return self.spans.get(path, Span(file=self.problems.source.file, line=1, column=1))

    def report(self, troubles: Iterable[Trouble], under: Path = ()) -> None:
        """Note what is wrong with values below a path, each at its place."""
        for trouble in troubles:
            place = self.span((*under, *trouble.path), key=trouble.at_key)
            self.problems.add(trouble.code, place, trouble.message, hint=trouble.hint)

    @property
    def found(self) -> list[Diagnostic]:
        """The problems so far."""
        return self.problems.found


def read_document(text: str, file: str) -> Document:
    """The document of a file's text, with the problems of its form."""
    if too_large(text):
        problems = Problems(source=Source(file=file, text=""))
        problems.add("E202", Span(file=file, line=1, column=1), "the file has more than 1 MiB")
        return Document(value=None, spans={}, keys={}, problems=problems)
    source = Source(file=file, text=text)
    problems = Problems(source=source)
    root = read_nodes(source, problems)
    spans: dict[Path, Span] = {}
    keys: dict[Path, Span] = {}
    value = None if root is None else _plain(root, (), spans, keys)
    return Document(value=value, spans=spans, keys=keys, problems=problems)


def _plain(node: Node, path: Path, spans: dict[Path, Span], keys: dict[Path, Span]) -> object:
    spans.setdefault(path, node.span)
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [_plain(item, (*path, at), spans, keys) for at, item in enumerate(node.items)]
    values = {}
    for key, item in node.entries:
        keys[(*path, key.value)] = key.span
        values[key.value] = _plain(item, (*path, key.value), spans, keys)
    return values
