"""The file transport: lists in, reports out.

- tables are sources (`raw`), which `sources` opens within `limits`; their `column_names` are judged:
  `lines` (CSV and JSON Lines), `parquet`, `xlsx` (parts of the extra by `extras`); `texts` opens what is no table,
  and `file_errors` has the words for a file that is not there;
- `columns` are judged per distinct value (`guids`); `tables` has what holds for each of them, whatever its format:
  rows that are set aside, declared and short tables, writing; files appear whole (`atomic`);
- `documents`: what is read and what goes out, kind by kind;
- `drop` is the transport of drop folders, `hypercare` makes lists of spreadsheets that people kept.
"""
