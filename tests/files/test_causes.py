"""Many rows that are set aside are summed up by what is wrong with them (BR5.2)."""

from chfw_files.tables.causes import Cause, Causes
from chfw_files.tables.quarantine import BadRow


def bad(line: int, reason: str, column: str = "installed_on", file: str = "") -> BadRow:
    return BadRow(line=line, guid_text="", column=column, reason=reason, file=file)


def test_rows_with_one_cause_are_counted_together_whatever_their_values() -> None:
    causes = Causes()
    causes.add([bad(2, "installed_on: `22/07/2023` is not a date"), bad(3, "guid is empty", "guid")], file="e.csv")
    causes.add([bad(7, "installed_on: `x` is not a date"), bad(8, "installed_on: `x` is not a date", file="i.csv")])
    causes.add([bad(9, "installed_on: `y` is not a date")], file="e.csv")
    words = "installed_on: `…` is not a date"
    assert causes.ranked() == [
        Cause(rows=2, file="e.csv", column="installed_on", words=words, first=2),
        Cause(rows=1, file="", column="installed_on", words=words, first=7),
        Cause(rows=1, file="e.csv", column="guid", words="guid is empty", first=3),
        Cause(rows=1, file="i.csv", column="installed_on", words=words, first=8),
    ]
