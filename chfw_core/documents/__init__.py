"""Files' content to values and back: what is read is either whole and meant, or a list of problems."""
