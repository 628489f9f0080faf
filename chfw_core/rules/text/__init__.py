"""A rule file's text: `reading` it as `nodes` with places, `scan` of conditions, and what is `borrowed`."""
