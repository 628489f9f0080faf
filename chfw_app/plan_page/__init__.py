"""The report: one page that needs nothing else, the same bytes for the same inputs."""
