"""What may travel of a prompt."""

from __future__ import annotations

from enum import StrEnum


class PromptPolicy(StrEnum):
    """What of a prompt travels in a manifest: its words, a salted digest that can be proven, or nothing."""

    FULL = "full"
    HASH = "hash"
    OMIT = "omit"
