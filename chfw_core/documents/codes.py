"""Codes of problems in documents other than rule files: `E4xx` errors, `W4xx` warnings.

What every YAML file can have wrong with it bears the same `E1xx` and `E2xx` as in a rule file.
"""

from collections.abc import Mapping

DOCUMENT_CODES: Mapping[str, str] = {
    "E401": "dates in the wrong order",
    "E402": "a capacity of nothing",
    "E403": "something that is there twice",
    "E404": "not an upgrade",
    "E405": "a line that cannot be read",
    "W406": "a type of event that nothing knows",
    "W407": "an entry that differs from its kind",
    "E408": "what may be an act on the release, and cannot be read",
    "E409": "two events with one `seq`",
}
