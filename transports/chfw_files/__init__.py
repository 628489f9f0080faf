"""The file transport: lists in, reports out.

- tables as `sources`, within `limits`: `lines` (CSV and JSON Lines), `parquet`, `xlsx` (parts of the extra by
  `extras`); `texts` opens what is no table;
- `columns` are judged per distinct value (`guids`); `tables` has what holds for each of them, whatever its format:
  rows that are set aside, declared and short tables, writing; files appear whole (`atomic`);
- `documents`: what is read and what goes out, kind by kind;
- `drop` is the transport of drop folders, `hypercare` makes lists of spreadsheets that people kept.
"""
