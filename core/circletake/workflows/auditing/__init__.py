"""Gathering what an audit judges: files, credentials, pictures, the registry."""
