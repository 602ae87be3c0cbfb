"""Finding, blocking, loading and calling plugins."""
