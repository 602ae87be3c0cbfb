"""Audit cases built in a line: rules are asked about values, and no file is opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import circletake_rules
from circletake import (
    AuditCase,
    Check,
    Chosen,
    Credentials,
    FileCase,
    ManifestSaid,
    Outcome,
    Release,
    ReleasedFile,
    Signer,
    Traced,
    Use,
)
from tests.factories import media_facts

RULES = {rule.card.id: rule for rule in circletake_rules.circletake_audit_rules()}
SIGNER = Signer("Lumen Films", "issuer", "es256", "1", "AA:BB")


def credentials(**over: Any) -> Credentials:
    """Credentials in which everything holds."""
    manifest = ManifestSaid("urn:1", "circletake", "clip.mp4", SIGNER, (), (), {})
    whole = Credentials(
        True,
        "embedded",
        "Trusted",
        Check.PASSED,
        Check.PASSED,
        Check.PASSED,
        Check.PASSED,
        "C2PA",
        (),
        (manifest,),
    )
    return replace(whole, **over)


def video(**over: Any) -> FileCase:
    return replace(
        FileCase("clip.mp4", "video", 10, "a" * 64, credentials(), media=media_facts(seconds=2.0)), **over
    )


def use(start: str = "0", end: str = "2", **over: Any) -> Traced:
    made = Use(start, end, "0", "2", "SH010/1", "b" * 64, "gen4.5", "observed", "rain", "observed", "7")
    return Traced(replace(made, **{"source_type": "trainedAlgorithmicMedia", "origin": "generated", **over}))


def release(*files: ReleasedFile, **over: Any) -> Release:
    whole = Release("R", "2026-05-04", "circletake", "full", "Lumen", "AA:BB", files, Chosen(1, 1, (), 0))
    return replace(whole, **over)


def recorded(**over: Any) -> ReleasedFile:
    return replace(ReleasedFile("clip.mp4", "take", "a" * 64, 10, certificate="AA:BB"), **over)


def ask(rule: str, *files: FileCase, of: int = 0, **case: Any) -> list[Outcome]:
    """The answers of one rule about one file, or about the release where it looks at that."""
    about = None if RULES[rule].card.scope.value == "release" else files[of]
    asked: Any = RULES[rule]
    return list(asked.check(AuditCase("r", files, about, **case), asked.about.settings()))


def failures(outcomes: Iterable[Outcome]) -> list[str]:
    return [o.seen for o in outcomes if o.check is Check.FAILED]
