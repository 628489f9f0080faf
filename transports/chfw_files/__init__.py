"""The file transport: lists in, reports out.

- tables as `sources`: `csv_source` (`csv_lines`), `jsonl_source` (`line_chunks`), `parquet_source`, `xlsx_source`
  (a book is looked over by `xlsx_book`, `xlsx_extent` and `xlsx_numbers`, read by `xlsx_cells`; parts of the extra
  by `extras`), within `limits`; `few_rows` are rows by their numbers; `texts` opens what is no table;
- columns judged per distinct value: `columns`, `guids`, `unreadable`; rows that are set aside: `quarantine`,
  `causes`, `returned`, `returned_json`;
- what is read: `estate` (`estate_columns`), `attributes`, `instructions`, `schedule`, `capacity`, `cpl`, `release`,
  `events`; declared tables by `typed_tables`, short ones by `small_tables`;
- what parties send: `lists`, which become commands in `commands_in` (`alike`, `contradictions`); a plan, in
  `schedule_in`;
- what goes out: `writing`, `atomic`; in row groups by `parquet_writing` (`thrift_compact`), in lines by
  `line_writing` (`escapes`), in sheets by `xlsx_writing`; `messages_out`, `dashboards`; `files_page` is the
  reference of all of it;
- `drop` is the transport of drop folders, `hypercare` makes lists of spreadsheets that people kept.
"""
