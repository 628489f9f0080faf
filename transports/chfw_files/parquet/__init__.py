"""Tables in Parquet: a `source` by the column; `writing` row groups by two threads, joined by `thrift_compact`."""
