"""The report as JSON: ``circletake.audit/1``, described in docs/audit.md."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from circletake.audit.sealing import KEY, RECORD_KEY, RELEASE_KEY, SCHEMA
from circletake.audit.summary import Group, kind_of, summarise
from circletake.model.audit import Audit, FileAudit, Outcome, Profile
from circletake.model.case import Traced
from circletake.model.manifest import Signer


def json_report(audit: Audit, *, seal: str = "") -> dict[str, Any]:
    """The whole audit in JSON's own types; times are exact, as text like ``7/2``.

    Args:
        seal: name of the file that will seal it; empty where none will.
    """
    sealed = {KEY: seal} if seal else {}
    if audit.record:
        sealed |= {
            RECORD_KEY: audit.record,
            RELEASE_KEY: (audit.release.name if audit.release else "") or "unnamed",
        }
    document: dict[str, Any] = plain({"schema": SCHEMA, **sealed, **_document(audit)})
    return document


def plain(value: Any) -> Any:
    """JSON ``value`` without lone surrogates: names on disk may hold bytes that are no text."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {plain(key): plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def _document(audit: Audit) -> dict[str, Any]:
    summary = summarise(audit)
    release = audit.release
    return {
        "root": audit.root,
        "at": audit.at,
        "exit": audit.exit_code,
        "as_of": audit.moment or audit.at,
        "profile": _profile(audit.profile),
        "release": None
        if release is None
        else {
            "name": release.name,
            "created": release.created,
            "generator": release.generator,
            "prompt_policy": release.prompt_policy,
            "sealed": audit.sealed,
            "chosen": asdict(release.chosen),
            "sound": asdict(release.sound) if release.sound else None,
        },
        "sounds": [asdict(sound) for sound in summary.sounds],
        "lists": [*audit.lists, *audit.clocks],
        "timestamper_lists": list(audit.clocks),
        "videos": dict(sorted(summary.videos.items())),
        "signers": [
            {**_signer(s.signer), "trusted_by": s.trust_list, "files": list(s.files)} for s in summary.signers
        ],
        "made": {
            "seconds": str(summary.seconds),
            "ai_seconds": str(summary.of_kind("ai", "partly")),
            "over": [f.case.path for f in summary.main],
            "by": [{**asdict(s), "seconds": str(s.seconds)} for s in summary.shares],
        },
        "prompts": dict(sorted(summary.prompts.items())),
        "findings": [_group(group) for group in summary.findings],
        "notes": [_group(group) for group in summary.notes],
        "files": [_file(file) for file in audit.files],
        "outcomes": [_outcome(outcome) for outcome in audit.outcomes],
        "rules": {name: _card(audit, name) for name in sorted(audit.cards)},
        "not_checked": list(audit.not_checked),
    }


def _profile(profile: Profile | None) -> dict[str, Any] | None:
    if profile is None:
        return None
    rules = {
        rule: {"severity": m.severity.value, "evidence_for": m.why, "source": m.source, "date": m.date}
        for rule, m in sorted(profile.rules.items())
    }
    left_out = sorted(profile.left_out)
    return {"name": profile.name, "title": profile.title, "rules": rules, "left_out": left_out}


def _card(audit: Audit, name: str) -> dict[str, str]:
    return {key: str(value) for key, value in asdict(audit.cards[name]).items()}


def _file(file: FileAudit) -> dict[str, Any]:
    case = file.case
    said = case.credentials
    active = said.active
    return {
        "path": case.path,
        "kind": case.kind,
        "size": case.size,
        "sha256": case.sha256,
        "verdict": file.verdict,
        "unreadable": case.unreadable or said.unreadable,
        "recorded_as": (case.recorded.path if case.recorded else ""),
        "release": case.belonging.to_json() if case.belonging else None,
        "seconds": case.media.seconds if case.media else None,
        "credentials": {
            "present": said.present,
            "where": said.where,
            "integrity": said.integrity.value,
            "signature": said.signature.value,
            "trust": said.trust.value,
            "trusted_by": said.trust_list,
            "time": said.time.value,
            "problems": list(said.problems),
            "signer": _signer(active.signer) if active and active.signer else None,
        },
        "made_of": [_traced(traced) for traced in case.traced],
        "videos_inside": list(case.members),
        "picture": asdict(case.match) if case.match else None,
    }


def _traced(traced: Traced) -> dict[str, Any]:
    return {
        **asdict(traced.use),
        "kind": kind_of(traced),
        "says": traced.words,
        "signed_by": traced.signed_by,
        "only_in_record": list(traced.from_record),
    }


def _signer(signer: Signer) -> dict[str, Any]:
    return {
        "name": signer.name,
        "issuer": signer.issuer,
        "certificate": signer.sha256,
        "not_after": signer.not_after.isoformat() if signer.not_after else None,
        "signed_at": signer.signed_at.isoformat() if signer.signed_at else None,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "rule": outcome.rule,
        "check": outcome.check.value,
        "severity": outcome.severity.value,
        "file": outcome.file,
        "seen": outcome.seen,
        "expected": outcome.expected,
        "reason": outcome.reason,
        "start": outcome.start,
        "end": outcome.end,
        "remedy": outcome.remedy,
        "cause": outcome.cause,
    }


def _group(group: Group) -> dict[str, Any]:
    one = len(group.places) == 1
    return {
        **_outcome(group.outcome),
        "seen": group.seen,
        "start": group.outcome.start if one else None,
        "end": group.outcome.end if one else None,
        "files": list(group.files),
        "places": [{"file": o.file, "seen": o.seen, "start": o.start, "end": o.end} for o in group.places],
    }
