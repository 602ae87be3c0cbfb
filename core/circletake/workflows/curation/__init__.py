"""Choosing: verdicts, contact sheets and picks, mending recipes."""
