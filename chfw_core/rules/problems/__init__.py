"""What is wrong with a rule file: a `problem` with place and cure, its code of `codes`, told in `formats` (`junit`)."""
