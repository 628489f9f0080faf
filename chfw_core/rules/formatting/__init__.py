"""The canonical form of a rule file: the same rules, the same comments, one way to write them.

Two spaces, block style, flow style for what is small and fits within 100 columns; conditions respaced,
in double quotes; long conditions and texts folded. Order, comments and single blank lines stay. The
text of every other scalar stays as it is, since `0123`, `1.10` and `22:00` mean what they look like.

The layout is our own, printed from libyaml's events: a round trip through ruamel.yaml drops comments
inside `{…}` and `[…]` without a word, and cannot turn a long one into a block.
"""

from chfw_core.rules.formatting.layout import format_text
from chfw_core.rules.formatting.same import same_meaning
from chfw_core.rules.formatting.scalars import WIDTH

__all__ = ["WIDTH", "format_text", "same_meaning"]
