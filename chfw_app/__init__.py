"""The application: the only place where the parts of chfw meet."""
