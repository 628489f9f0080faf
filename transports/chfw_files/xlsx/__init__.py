"""Workbooks: a `source` of one sheet; a `book` is looked over (`extent`, `numbers`) and its `cells` read; `writing`."""
