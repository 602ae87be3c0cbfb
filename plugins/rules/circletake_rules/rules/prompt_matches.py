"""Are prompt, model and seed in the manifest those in the record, in other files and in the library?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath

from circletake import AuditCase, FileCase, Registered, RuleCard, Severity, Stated, Traced
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed
from circletake_rules.generated import about, machine_made, place

CARD = RuleCard(
    id="prompt.matches",
    title="one prompt everywhere",
    meaning=(
        "The signed statements in the files, the release's own list and the library name different prompts, "
        "models or seeds for one take."
    ),
    severity=Severity.ERROR,
    source="release.json; the library's record of the take and of its exports",
    remedy=(
        "ask the producer which of the two is right; the producer: set the recipe right, then release again"
    ),
    otherwise="note where the library said the same when the file was signed, and was mended since",
)

_SHOWN = 60
_BOTH = 30
"""Characters of each where two are shown on one line."""


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    compared, differ = False, False
    for traced in machine_made(file):
        for answer in (
            *_recorded(case, file, traced),
            *_elsewhere(case, file, traced),
            *_registered(case, file, traced),
        ):
            compared = True
            if answer is not None:
                differ = True
                yield answer
    if not compared:
        yield not_checked("no second source to hold the manifest's prompts against")
    elif not differ:
        yield passed()


def _recorded(case: AuditCase, file: FileCase, traced: Traced) -> Iterator[Answer | None]:
    """What the record, and the library's row of the very file, have for the prompt; ``None`` for the same."""
    said = _prompt(traced)
    if not said:
        return
    uses = file.recorded.uses if file.recorded else ()
    recorded = {use.take_sha256: other for use in uses if (other := use.prompt or use.prompt_digest)}
    known = file.known.prompts if file.known else {}
    record = "release.json" if case.sealed else "release.json, whose seal does not hold,"
    for where, prompts in ((record, recorded), ("the library", known)):
        if other := prompts.get(traced.use.take_sha256, ""):
            if other == said:
                yield None
            elif _keeps_back(case, file):
                yield _unlike(file, traced, where)
            else:
                yield _differing(file, traced, said, other, where)


def _elsewhere(case: AuditCase, file: FileCase, traced: Traced) -> Iterator[Answer | None]:
    """What the credentials of another file tell; both files are told of, as one finding."""
    said = traced.use.prompt
    told = case.prompts.get(traced.use.take_sha256, {}) if "prompt" not in traced.from_record else {}
    if not said or not told:
        return
    first = told.get(said, file.path)
    for other, path in told.items():
        if other != said:
            one, two = sorted([(first, said), (path, other)])
            here, there = _apart(one[1], two[1], _BOTH)
            names = PurePosixPath(one[0]).name, PurePosixPath(two[0]).name
            words = f"{names[0]} says {here}, {names[1]} {there}"
            yield failed(
                about(file, traced, words),
                f"{path} says {_apart(said, other, _SHOWN)[1]}",
                cause=f"{traced.use.take}: {words}" if traced.use.take else words,
                **place(file, traced),
            )
            return
    yield None


def _registered(case: AuditCase, file: FileCase, traced: Traced) -> Iterator[Answer | None]:
    """What the library holds of the take now, and held when the file was signed."""
    take = file.registered.get(traced.use.take_sha256)
    if take is None:
        return
    exported = file.known.prompts.get(traced.use.take_sha256, "") if file.known else ""
    for field in ("prompt", "model", "seed"):
        said = _prompt(traced) if field == "prompt" else getattr(traced.use, field)
        if not said or field in traced.from_record or field not in take.held:
            continue
        if field == "model" and not traced.use.take_sha256:
            continue  # each signer names models in words of its own
        if field == "prompt" and exported not in ("", said):
            continue  # told by what was exported
        kept = field == "prompt" and _keeps_back(case, file)
        yield from _held(file, traced, field, said, take, kept=kept)


def _held(
    file: FileCase, traced: Traced, field: str, said: str, take: Registered, *, kept: bool
) -> Iterator[Answer | None]:
    now = take.held[field][-1]
    if now.is_said(said):
        yield None
        return
    then = next((each for each in take.at(field, _signed(file)) if each.is_said(said)), None)
    if then is not None:
        yield _mended_unsaid(file, traced, now) if kept else _mended(file, traced, field, then, now)
    elif field == "prompt" and not traced.use.prompt:
        return  # Of a prompt that was kept back, only this library's own digests tell which it was.
    elif kept:
        yield _unlike(file, traced, "the library")
    else:
        yield _differing(file, traced, said, now.value, "the library", f" ({now.words})", field)


def _prompt(traced: Traced) -> str:
    """The prompt that credentials tell; of one that was kept back the digest, which stands everywhere."""
    use = traced.use
    told = "prompt" if use.prompt else "prompt_digest"
    return "" if told in traced.from_record else use.prompt or use.prompt_digest


def _keeps_back(case: AuditCase, file: FileCase) -> bool:
    """Whether any prompt of a file was kept back: then no audit of it prints what it does not tell itself."""
    return (case.release is not None and case.release.prompt_policy in ("hash", "omit")) or any(
        traced.withheld or traced.use.prompt_digest or traced.use.prompt_evidence
        for traced in file.traced
        if not traced.use.prompt or "prompt" in traced.from_record
    )


def _signed(file: FileCase) -> datetime | None:
    """When its credentials were made: as the library has it, or they say."""
    active = file.credentials.active
    if active and active.signer and active.signer.signed_at:
        return active.signer.signed_at
    said = [action.when for action in active.actions if action.when] if active else []
    for text in (file.known.exported if file.known else "", max(said, default="")):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            continue
        if moment.tzinfo:
            return moment
    return None


def _differing(
    file: FileCase,
    traced: Traced,
    said: str,
    other: str,
    where: str,
    by: str = "",
    field: str = "prompt",
) -> Answer:
    """Two that differ, both on one line with who says so, and the other at more length as expected."""
    use = traced.use
    how = {"prompt": use.prompt_evidence, "model": use.model_evidence}.get(field, "")
    here, there = _apart(said, other, _BOTH)
    words = f"{_of(field)}the credentials say {here}{f' ({how})' if how else ''}, "
    words += f"{where.partition(',')[0]} {there}{by}"
    return failed(
        about(file, traced, words),
        f"{where} says {_apart(said, other, _SHOWN)[1]}{by}",
        cause=f"{use.take or file.path}: {words}",
        **place(file, traced),
    )


def _mended(file: FileCase, traced: Traced, field: str, then: Stated, now: Stated) -> Answer:
    """The library was mended after the file was signed, and may rightly know better."""
    here, there = _apart(then.value, now.value, _BOTH)
    since = f"since {now.since:%Y-%m-%d}" if now.since else "now"
    words = f"{_of(field)}the credentials say {here}, as the library did; {since} it says {there}"
    return _noted(
        file, traced, words, f"the library says {_apart(then.value, now.value, _SHOWN)[1]} ({now.words})"
    )


def _mended_unsaid(file: FileCase, traced: Traced, now: Stated) -> Answer:
    """The same where prompts were kept back: neither is told."""
    since = f"since {now.since:%Y-%m-%d}" if now.since else "now"
    which = "is an earlier one" if traced.use.prompt else "is that of an earlier prompt"
    words = f"{_what(traced)} in the credentials {which} of this take; {since} the library has another"
    return _noted(file, traced, words, f"{_wanted(traced)} that the library has now")


def _noted(file: FileCase, traced: Traced, words: str, expected: str) -> Answer:
    return failed(
        about(file, traced, words),
        expected,
        severity=Severity.NOTE,
        remedy="nothing, where it was mended; the producer: export again to pass on what it says now",
        cause=f"{traced.use.take or file.path}: {words}",
        **place(file, traced),
    )


def _unlike(file: FileCase, traced: Traced, where: str) -> Answer:
    """Two that differ, where prompts were kept back: neither is told."""
    words = f"{_what(traced)} in the credentials is not that of {where.partition(',')[0]}"
    return failed(
        about(file, traced, words),
        f"{_wanted(traced)} that {where} has",
        cause=f"{traced.use.take or file.path}: {words}",
        **place(file, traced),
    )


def _what(traced: Traced) -> str:
    return "the prompt" if traced.use.prompt else "the digest"


def _wanted(traced: Traced) -> str:
    return "the prompt" if traced.use.prompt else "the digest of the prompt"


def _of(field: str) -> str:
    return "" if field == "prompt" else f"{field}: "


def _apart(one: str, other: str, shown: int) -> tuple[str, str]:
    """Both in quotes, cut to where they differ."""
    same = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    start = 0 if same < shown // 2 else same - shown // 3
    return _short(one, start, shown), _short(other, start, shown)


def _short(text: str, start: int, shown: int) -> str:
    told = ("…" if start else "") + text[start:]
    return f"“{told if len(told) <= shown else told[: shown - 1] + '…'}”"


RULE = about_files(CARD, _question)
