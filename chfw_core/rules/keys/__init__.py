"""What a rule file may hold: the `table` of keys, whose values are `shapes`.

`structure` holds a file against it, `schema` tells it to editors.
"""
