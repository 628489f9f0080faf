"""Tables of lines: `csv_source` (`csv_lines`) and `jsonl_source`, read in `chunks`; `writing` with `escapes`."""
