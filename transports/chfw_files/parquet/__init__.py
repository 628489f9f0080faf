"""Tables in Parquet: a `source` by the column; `writing` row groups by two threads, put together by `thrift_compact`."""
