"""durable_rules within its rails: an `engine` of a `host`, a `scope` for each thing counted; `count` and `steps`."""
