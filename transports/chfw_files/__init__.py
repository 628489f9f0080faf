"""The file transport: lists in, reports out."""
