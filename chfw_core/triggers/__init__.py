"""If this, then that (RU3, RU6, RU7): what triggers mean, by event time (docs/reference/triggers.md)."""
