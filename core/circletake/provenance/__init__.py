"""Content credentials: what a manifest says, signing it safely, reading it safely, keys and trust.

The only room that speaks C2PA.
"""
