"""An audit of a whole release, and of every way to tamper with one: each has a finding of its own."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import c2pa
import pytest

import circletake_rules
from circletake import About, AuditCase, NoSettings, Outcome, RuleCard, Severity, hookimpl
from circletake.audit.document import json_report
from circletake.audit.judge import verdict_of
from circletake.audit.page import html_report
from circletake.audit.shots import audit_shots
from circletake.audit.summary import summarise
from circletake.audit.text import text_report
from circletake.audit.wording import held
from circletake.errors import BadInput, NotFound
from circletake.model.audit import Audit
from circletake.model.case import OWN_KEY
from circletake.model.export import Release
from circletake.model.manifest import Check
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Field
from circletake.plugins.manager import PluginManager
from circletake.provenance.keys import KeyRing
from circletake.provenance.manifest import plan_record, plan_take
from circletake.provenance.session import context
from circletake.provenance.signing import sign
from circletake.provenance.trust import TrustList
from circletake.workflows.auditing.audit import audit_folder, trust_lists
from circletake.workflows.intake.ingest import ingest
from circletake.workflows.library import Library
from tests.cases import recorded, video
from tests.factories import NOW, actor, tiny_clip
from tests.releases import (
    WHEN,
    Made,
    half_signed_clip,
    half_signed_still,
    make_release,
    recipe,
    resealed,
    rewrite,
    unsigned_copy,
    write_sums,
)
from tests.tampering import displaced, flipped, stripped, with_manifest_of

Audited = Callable[..., Audit]


@pytest.fixture(scope="session")
def keys(pristine: Made) -> KeyRing:
    return pristine.keys


@pytest.fixture
def audited(keys: KeyRing, no_workers: None) -> Audited:
    """Audit a folder in this process; the tests of the command line do start workers."""
    manager = PluginManager.load(only=("rules",))

    def audit(folder: Path, trust: Iterable[TrustList] | None = None) -> Audit:
        lists = [keys.anchor()] if trust is None else list(trust)
        return audit_folder(folder, manager=manager, trust=lists, at=NOW)

    return audit


def findings(audit: Audit) -> set[tuple[str, str]]:
    """Rule and file of each finding."""
    return {(o.rule, o.file) for o in audit.failed}


def seen(audit: Audit, rule: str) -> str:
    """What the one finding of ``rule`` saw."""
    (outcome,) = [o for o in audit.failed if o.rule == rule]
    return outcome.seen


def verdict(audit: Audit, path: str) -> str:
    return next(f.verdict for f in audit.files if f.case.path == path)


def clip_of(made: Made, number: int = 0) -> Path:
    """The released file of one take."""
    return made.folder / "clips" / f"{made.slates[number].take.slate}.mp4"


def name_of(made: Made, number: int = 0) -> str:
    return clip_of(made, number).relative_to(made.folder).as_posix()


def test_a_whole_release_has_no_finding(made: Made, audited: Audited) -> None:
    audit = audited(made.folder)
    assert audit.exit_code == 0, findings(audit)
    assert {f.verdict for f in audit.files if f.case.kind == "video"} == {"intact"}
    assert audit.sealed


def test_the_cut_is_traced_to_take_model_and_prompt_by_its_credentials_alone(
    made: Made, audited: Audited
) -> None:
    (made.folder / "release.json").unlink()
    cut = next(f for f in audited(made.folder).files if f.case.path == "night_bus.mp4")
    told = [(u.take, u.model, u.prompt, u.record_in, u.record_out) for u in cut.uses]
    assert told == [
        ("SH010/1", "runway gen4.5", "night bus, rain", "0", "1"),
        ("SH020/2", "runway gen4.5", "a red kite", "1", "2"),
        ("SH030/3", "runway wan 2.2", "wet asphalt", "2", "3"),
    ]
    assert not any(t.from_record for t in cut.case.traced)


def test_stripped_is_told_from_re_encoded(made: Made, audited: Audited, tmp_path: Path) -> None:
    stripped(clip_of(made, 0))
    shutil.move(unsigned_copy(clip_of(made, 1), tmp_path / "bare.mp4", encode=True), clip_of(made, 1))
    audit = audited(made.folder)
    told = {o.file: o.seen.split(":")[0] for o in audit.failed if o.rule == "c2pa.present"}
    assert told == {name_of(made, 0): "stripped", name_of(made, 1): "re-encoded or replaced"}
    assert verdict(audit, name_of(made)) == "unsigned"


def test_a_flipped_byte_is_altered(made: Made, audited: Audited) -> None:
    data = bytearray(clip_of(made).read_bytes())
    at = data.rindex(b"mdat") + 40
    data[at] ^= 1
    clip_of(made).write_bytes(data)
    audit = audited(made.folder)
    assert "picture, sound or how they are stored was changed after signing" in seen(audit, "c2pa.state")
    assert findings(audit) == {("c2pa.state", name_of(made))}
    assert verdict(audit, name_of(made)) == "altered"


def test_an_appended_free_box_is_found_though_the_signature_holds(made: Made, audited: Audited) -> None:
    clip_of(made).write_bytes(clip_of(made).read_bytes() + b"\x00\x00\x00\x10freesmuggled"[:16])
    audit = audited(made.folder)
    assert findings(audit) == {("bytes.exact", name_of(made)), ("bytes.slack", name_of(made))}
    assert verdict(audit, name_of(made)) == "altered"
    credentials = next(f.case.credentials for f in audit.files if f.case.path == name_of(made))
    assert credentials.integrity is Check.PASSED


def test_a_swapped_manifest_is_told_by_its_name(made: Made, audited: Audited) -> None:
    mine, other = clip_of(made, 0), clip_of(made, 1)
    mine.write_bytes(with_manifest_of(mine.read_bytes(), other.read_bytes()))
    audit = audited(made.folder)
    assert name_of(made, 1) in seen(audit, "manifest.own")
    uses = next(f.uses for f in audit.files if f.case.path == name_of(made))
    assert all(u.prompt != "a red kite" for u in uses)


def test_an_altered_copy_beside_its_original_is_altered_and_nothing_more(
    made: Made, audited: Audited, tmp_path: Path
) -> None:
    (tmp_path / "pair").mkdir()
    shutil.copy(clip_of(made), tmp_path / "pair" / "original.mp4")
    received = Path(shutil.copy(clip_of(made), tmp_path / "pair" / "received.mp4"))
    flipped(received)
    audit = audited(tmp_path / "pair")
    assert findings(audit) == {("c2pa.state", "received.mp4")}
    other = clip_of(made, 1).read_bytes()
    received.write_bytes(with_manifest_of(other, clip_of(made).read_bytes()))
    assert "swapped" in seen(audited(tmp_path / "pair"), "manifest.own")


def test_swapped_names_alter_no_file_and_are_told(made: Made, audited: Audited, tmp_path: Path) -> None:
    one, other = clip_of(made, 0), clip_of(made, 1)
    one.rename(tmp_path / "held")
    other.rename(one)
    (tmp_path / "held").rename(other)
    audit = audited(made.folder)
    told = {(o.file, o.seen) for o in audit.failed if o.rule == "files.known"}
    assert told == {
        (name_of(made, 0), f"the bytes of {name_of(made, 1)} under this name"),
        (name_of(made, 1), f"the bytes of {name_of(made, 0)} under this name"),
    }
    assert {verdict(audit, name_of(made, n)) for n in (0, 1)} == {"intact"}
    assert {rule for rule, _ in findings(audit)} == {"files.known"}


def test_a_report_in_the_folder_vouches_for_nothing_and_that_is_said(made: Made, audited: Audited) -> None:
    assert "report.html" not in audited(made.folder).not_checked
    (made.folder / "report.html").write_text("<!doctype html>All videos are intact")
    assert "report.html" in audited(made.folder).not_checked


def test_a_clip_overwritten_with_another_is_no_renaming(made: Made, audited: Audited) -> None:
    shutil.copyfile(clip_of(made, 1), clip_of(made, 0))
    audit = audited(made.folder)
    assert findings(audit) == {("bytes.exact", name_of(made))}
    assert verdict(audit, name_of(made)) == "altered"


def test_a_clip_that_lost_its_end_and_its_credentials_is_told_with_what_is_left(
    made: Made, audited: Audited, tmp_path: Path
) -> None:
    shutil.move(tiny_clip(tmp_path / "short.mp4", seconds=0.5, seed=1), clip_of(made))
    assert seen(audited(made.folder), "c2pa.present").endswith("0.5 of 1.0 s are here")


def test_a_foreign_clip_and_an_unsigned_one_are_told_apart(
    made: Made, audited: Audited, tmp_path: Path
) -> None:
    stranger = KeyRing(tmp_path / "stranger")
    stranger.init("Somebody Else")
    foreign = make_release(tmp_path / "foreign", stranger, [recipe("a decoy")])
    shutil.copyfile(clip_of(foreign), made.folder / "clips" / "foreign.mp4")
    tiny_clip(made.folder / "unsigned.mp4", seed=77)
    audit = audited(made.folder)
    told = {o.file: o.seen for o in audit.failed if o.rule == "files.known"}
    assert told["clips/foreign.mp4"].startswith("a foreign clip, signed by Somebody Else")
    assert told["unsigned.mp4"] == "an unsigned video that nobody listed"
    assert ("c2pa.trusted", "clips/foreign.mp4") in findings(audit)


def test_another_prompt_in_the_record_than_in_the_manifest_is_found(
    made: Made, audited: Audited, keys: KeyRing
) -> None:
    release = Release.from_json(json.loads((made.folder / "release.json").read_text()))
    files = [
        replace(f, uses=tuple(replace(u, prompt=u.prompt.replace("rain", "snow")) for u in f.uses))
        for f in release.files
    ]
    resealed(made, replace(release, files=tuple(files)), keys.signer())
    write_sums(made.folder)
    audit = audited(made.folder)
    assert {o.rule for o in audit.failed} == {"prompt.matches"}
    assert {o.file for o in audit.failed} == {name_of(made), "night_bus.mp4"}


def test_two_files_that_tell_another_prompt_of_one_take_need_no_record_to_be_found(
    made: Made, audited: Audited, keys: KeyRing, tmp_path: Path
) -> None:
    handed = tmp_path / "handed"
    handed.mkdir()
    shutil.copyfile(made.folder / "night_bus.mp4", handed / "cut.mp4")
    shutil.copyfile(clip_of(made), handed / clip_of(made).name)
    agreed = audited(handed)
    assert [o for o in agreed.failed if o.rule == "prompt.matches"] == []
    assert any(o.rule == "prompt.matches" and o.check is Check.PASSED for o in agreed.outcomes)
    slate = replace(made.slates[0], recipe=recipe("snow"))
    plan = plan_take(slate, Path(slate.path), policy=PromptPolicy.FULL, when=WHEN)
    (handed / clip_of(made).name).unlink()
    sign(plan, Path(slate.path), handed / clip_of(made).name, keys.signer(), "video/mp4")
    found = [o for o in audited(handed).failed if o.rule == "prompt.matches"]
    assert sorted(o.file for o in found) == sorted(["cut.mp4", clip_of(made).name])
    assert {o.cause for o in found} == {
        f"SH010/1: {clip_of(made).name} says “snow”, cut.mp4 “night bus, rain”"
    }


def test_an_unknown_signer_is_no_alteration(made: Made, audited: Audited) -> None:
    audit = audited(made.folder, trust=())
    assert {o.rule for o in audit.failed} == {"c2pa.trusted"}
    assert {f.verdict for f in audit.files if f.case.kind == "video"} == {"intact"}


def test_a_truncated_file_is_unreadable(made: Made, audited: Audited) -> None:
    data = clip_of(made).read_bytes()
    clip_of(made).write_bytes(data[: len(data) * 2 // 3])
    audit = audited(made.folder)
    assert "ends early" in seen(audit, "file.readable")
    assert verdict(audit, name_of(made)) == "unreadable"


def test_an_empty_file_is_unreadable(made: Made, audited: Audited) -> None:
    clip_of(made).write_bytes(b"")
    assert verdict(audited(made.folder), name_of(made)) == "unreadable"


def test_missing_and_renamed_are_told_apart(made: Made, audited: Audited) -> None:
    clip_of(made, 0).unlink()
    clip_of(made, 1).rename(made.folder / "clips" / "final_FINAL.mp4")
    audit = audited(made.folder)
    assert ("files.missing", name_of(made, 0)) in findings(audit)
    assert name_of(made, 1) in seen(audit, "files.known")
    assert verdict(audit, "clips/final_FINAL.mp4") == "intact"


def test_a_forged_record_is_told_and_proves_nothing(made: Made, audited: Audited) -> None:
    rewrite(made.folder / "release.json", name="Another film")
    audit = audited(made.folder)
    assert "forged or changed" in seen(audit, "seal.intact")
    assert not audit.sealed
    assert not [o for o in audit.outcomes if o.rule == "bytes.exact" and o.check is Check.PASSED]


def test_a_record_without_its_seal_is_told(made: Made, audited: Audited) -> None:
    (made.folder / "release.json.c2pa").unlink()
    told = "no seal beside it: nobody can tell who wrote it, or what was changed"
    assert seen(audited(made.folder), "seal.intact") == told


def test_a_record_sealed_by_another_is_told(made: Made, audited: Audited, tmp_path: Path) -> None:
    stranger = KeyRing(tmp_path / "stranger")
    stranger.init("Lumen Films")
    release = Release.from_json(json.loads((made.folder / "release.json").read_text()))
    resealed(made, release, stranger.signer())
    write_sums(made.folder)
    assert {o.rule for o in audited(made.folder).failed} == {"seal.signer"}


def test_forged_sums_are_told_from_changed_files(made: Made, audited: Audited) -> None:
    sums = made.folder / "SHA256SUMS"
    sums.write_text(sums.read_text().replace(sums.read_text()[:8], "deadbeef", 1))
    assert "forged or stale" in seen(audited(made.folder), "sums.agree")


def test_sums_rewritten_to_fit_a_changed_file_are_told(made: Made, audited: Audited) -> None:
    clip_of(made).write_bytes(clip_of(made).read_bytes() + b"\x00\x00\x00\x08free")
    write_sums(made.folder)
    audit = audited(made.folder)
    assert "rewritten" in seen(audit, "sums.agree")
    assert ("bytes.exact", name_of(made)) in findings(audit)


def test_a_file_signed_again_by_somebody_else_is_told(made: Made, audited: Audited, tmp_path: Path) -> None:
    stranger = KeyRing(tmp_path / "stranger")
    stranger.init("Lumen Films")
    foreign = make_release(tmp_path / "foreign", stranger, [recipe()])
    shutil.copyfile(clip_of(foreign), clip_of(made))
    rules = {rule for rule, file in findings(audited(made.folder)) if file == name_of(made)}
    assert rules == {"signer.recorded", "bytes.exact", "c2pa.trusted"}


def test_an_expired_certificate_is_not_an_alteration(
    made: Made, audited: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    import circletake.provenance.reading as reading

    honest = reading.read_credentials

    def expired(*arguments: Any, **named: Any) -> Any:
        return replace(honest(*arguments, **named), time=Check.FAILED)

    monkeypatch.setattr(reading, "read_credentials", expired)
    audit = audited(made.folder)
    assert {o.rule for o in audit.failed} == {"c2pa.time"}
    assert {f.verdict for f in audit.files if f.case.kind == "video"} == {"intact"}


def test_a_clip_altered_before_it_went_into_the_cut_is_found_at_its_place(
    audited: Audited, keys: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import circletake.provenance.signing as signing

    def tampering(plan: Any, source: Path, destination: Path, *rest: Any) -> Any:
        signed = honest(plan, source, destination, *rest)
        if destination.name.startswith("SH020"):
            data = bytearray(destination.read_bytes())
            data[data.rindex(b"mdat") + 40] ^= 1
            destination.write_bytes(data)
        return signed

    honest = signing.sign
    monkeypatch.setattr(signing, "_verify", lambda ingredient: None)
    monkeypatch.setattr(signing, "altering", lambda problems: ())
    monkeypatch.setattr("tests.releases.sign", tampering)
    audit = audited(make_release(tmp_path, keys).folder)
    (told,) = [o for o in audit.failed if o.rule == "ingredients.intact"]
    assert (told.file, told.start, told.end) == ("night_bus.mp4", 1.0, 2.0)
    assert verdict(audit, "night_bus.mp4") == "intact"


def test_a_video_in_an_archive_must_be_a_copy_of_a_signed_one(made: Made, audited: Audited) -> None:
    bare = tiny_clip(made.folder.parent / "bare.mp4", seed=5)
    with zipfile.ZipFile(made.folder / "bundle.otioz", "w") as archive:
        archive.write(clip_of(made), "media/kept.mp4")
        archive.write(bare, "media/notes.txt")
    audit = audited(made.folder)
    assert seen(audit, "files.archives") == "holds media/notes.txt"


def test_a_video_under_another_name_is_still_a_video(made: Made, audited: Audited) -> None:
    tiny_clip(made.folder.parent / "bare.mp4").rename(made.folder / "readme.txt")
    assert ("files.known", "readme.txt") in findings(audited(made.folder))


def test_odd_names_and_entries_cost_nothing_but_their_own_line(made: Made, audited: Audited) -> None:
    data = clip_of(made).read_bytes()
    clips = made.folder / "clips"
    for name in (b"not\xfftext.mp4", b"new\nline\x1b[31m.mp4", b"<script>.mp4"):
        Path(os.fsdecode(os.fsencode(clips) + b"/" + name)).write_bytes(data)
    os.mkfifo(clips / "pipe.mp4")
    audit = audited(made.folder)
    told = [o.seen for o in audit.failed if o.rule == "files.known"]
    assert sorted(told) == [*[f"a copy of {name_of(made)}, under a name nobody listed"] * 3,
                            "not in the record, and cannot be read"]  # fmt: skip
    assert verdict(audit, name_of(made)) == "intact"
    json.dumps(json_report(audit), ensure_ascii=False).encode("utf-8")
    html_report(audit).encode("utf-8")
    "\n".join(text_report(audit)).encode("utf-8")


def test_a_link_is_named_and_not_followed(made: Made, audited: Audited) -> None:
    secret = made.folder.parent / "secret.mp4"
    tiny_clip(secret)
    (made.folder / "clips" / "link.mp4").symlink_to(secret)
    case = next(f.case for f in audited(made.folder).files if f.case.path == "clips/link.mp4")
    assert (case.sha256, case.unreadable) == ("", "a link; not followed")


def test_prompts_left_out_by_policy_are_no_finding(audited: Audited, keys: KeyRing, tmp_path: Path) -> None:
    made = make_release(tmp_path, keys, policy=PromptPolicy.OMIT)
    audit = audited(made.folder)
    assert audit.exit_code == 0
    assert "night bus" not in json.dumps(json_report(audit))


@pytest.mark.parametrize(
    ("policy", "told", "words"),
    [
        (PromptPolicy.OMIT, "omitted", "left out by the signer's prompt policy, as the credentials say"),
        (PromptPolicy.HASH, "hashed", "kept back by the producer's prompt policy; its digest is recorded"),
    ],
)
def test_prompts_kept_back_of_files_without_a_release_are_no_finding(
    pristine: Made,
    audited: Audited,
    keys: KeyRing,
    tmp_path: Path,
    policy: PromptPolicy,
    told: str,
    words: str,
) -> None:
    slate, handed = pristine.slates[0], tmp_path / "handed"
    handed.mkdir()
    sealed = {Field.PROMPT.value: "d" * 64} if policy is PromptPolicy.HASH else {}
    plan = plan_take(slate, Path(slate.path), policy=policy, when=WHEN, sealed=sealed)
    sign(plan, Path(slate.path), handed / "clip.mp4", keys.signer(), "video/mp4")
    audit = audited(handed)
    assert findings(audit) == set()
    assert [o.reason for o in audit.outcomes if o.rule == "ai.prompt"] == [words]
    assert summarise(audit).prompts == {told: 1}
    (shot,) = audit_shots(audit)
    assert shot.unprompted.startswith("The producer ")


def test_a_missing_prompt_is_found_at_its_time_in_the_cut(
    audited: Audited, keys: KeyRing, tmp_path: Path
) -> None:
    made = make_release(tmp_path, keys, [recipe(), recipe(prompt="")])
    audit = audited(made.folder)
    (found,) = (o for o in audit.failed if o.rule == "ai.prompt")
    assert (found.file, found.start) == (name_of(made, 1), None)
    (noted,) = (o for o in audit.outcomes if o.rule == "ai.prompt" and o.severity is Severity.NOTE)
    assert (noted.file, noted.start) == ("night_bus.mp4", 1.0)


def test_a_missing_prompt_is_a_finding_of_the_cut_where_its_clip_is_not_there(
    audited: Audited, keys: KeyRing, tmp_path: Path
) -> None:
    made = make_release(tmp_path, keys, [recipe(), recipe(prompt="")])
    (made.folder / name_of(made, 1)).unlink()
    found = [(o.file, o.start) for o in audited(made.folder).failed if o.rule == "ai.prompt"]
    assert found == [("night_bus.mp4", 1.0)]


def test_the_same_folder_gives_the_same_report(made: Made, audited: Audited) -> None:
    assert json.dumps(json_report(audited(made.folder))) == json.dumps(json_report(audited(made.folder)))


def test_a_record_that_points_outside_is_refused(made: Made, audited: Audited) -> None:
    record = json.loads((made.folder / "release.json").read_text())
    record["files"][0]["path"] = "../../etc/passwd"
    (made.folder / "release.json").write_text(json.dumps(record))
    audit = audited(made.folder)
    assert "leaves the folder" in seen(audit, "seal.intact")
    assert audit.release is None


def test_a_certificate_in_the_release_never_vouches_for_it(made: Made, keys: KeyRing) -> None:
    pem = made.folder / "trust-me.pem"
    pem.write_text(keys.anchor().pem)
    with pytest.raises(BadInput, match="cannot vouch for itself"):
        trust_lists(keys.folder.parent, [pem], [made.folder])


def test_the_own_key_is_told_as_such(made: Made, audited: Audited, keys: KeyRing) -> None:
    audit = audited(made.folder, trust=trust_lists(keys.folder.parent))
    lists = {f.case.credentials.trust_list for f in audit.files if f.case.kind == "video"}
    assert {name.startswith(OWN_KEY) for name in lists} == {True}
    page = html_report(audited(made.folder))
    assert "your own key" not in page
    assert "a self-made key, the same as that of whoever made this report; nobody else vouches for it" in page


def test_one_file_can_be_audited_alone(made: Made, audited: Audited) -> None:
    audit = audited(clip_of(made))
    assert [f.verdict for f in audit.files] == ["intact"]
    assert audit.exit_code == 0


def test_nothing_to_audit_is_said(audited: Audited, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no video here")
    with pytest.raises(BadInput, match="holds no video"):
        audited(tmp_path)
    with pytest.raises(NotFound):
        audited(tmp_path / "nowhere")


def test_a_broken_rule_costs_only_its_own_answer(made: Made, keys: KeyRing) -> None:
    manager = PluginManager()
    manager.add("rules", circletake_rules)
    manager.add("odd", OddPlugin())
    audit = audit_folder(made.folder, manager=manager, trust=[keys.anchor()])
    (told,) = [o for o in audit.outcomes if o.rule == "odd.rule"]
    assert (told.check, "boom" in told.reason) == (Check.NOT_CHECKED, True)
    assert audit.exit_code == 0
    assert [r.error for r in manager.records if r.ref.plugin == "odd"] == ["RuntimeError: boom"]


class OddRule:
    about = About("odd.rule", "fails", "1", NoSettings)
    card = RuleCard("odd.rule", "fails", "it fails", Severity.ERROR, "nowhere", "none")

    def check(self, case: AuditCase, settings: NoSettings) -> Iterable[Outcome]:
        raise RuntimeError("boom")


class OddPlugin:
    @hookimpl
    def circletake_audit_rules(self) -> list[OddRule]:
        return [OddRule()]


def test_a_bare_copy_is_recognised_by_its_picture_with_a_library(
    library: Library, audited: Audited, tmp_path: Path, keys: KeyRing
) -> None:
    take = tiny_clip(tmp_path / "takes" / "bus.mp4", seconds=2, size=(320, 240), seed=4)
    manager = PluginManager.load(only=("readers", "rules"))
    ingest(library, manager, [take], by=actor())
    folder = tmp_path / "sent"
    folder.mkdir()
    unsigned_copy(take, folder / "rewrapped.mov")
    unsigned_copy(take, folder / "smaller.mp4", encode=True)
    tiny_clip(folder / "other.mp4", seconds=2, size=(320, 240), seed=40, pattern="noise")
    audit = audit_folder(folder, manager=manager, library=library)
    matches = {f.case.path: f.case.match.take if f.case.match else "" for f in audit.files}
    (label,) = {s.take.label for s in library.registry.takes.slates()}
    assert matches == {"other.mp4": "", "rewrapped.mov": label, "smaller.mp4": label}


def test_a_still_whose_signature_leaves_out_picture_is_not_called_intact(
    tmp_path: Path, keys: KeyRing, audited: Audited
) -> None:
    (tmp_path / "in").mkdir()
    half_signed_still(tmp_path / "in" / "still.jpg", keys.signer())
    audit = audited(tmp_path / "in")
    assert {(o.rule, o.severity) for o in audit.failed} == {("bytes.exclusions", Severity.ERROR)}
    assert seen(audit, "bytes.exclusions").startswith("the signature leaves out 1000 bytes of what is seen")
    assert verdict(audit, "still.jpg") == "not checked"
    assert text_report(audit)[1].startswith(
        "VERDICT  not checked: the still was not checked; no release.json"
    )


def test_a_video_whose_signature_leaves_out_its_picture_is_not_called_intact(
    tmp_path: Path, keys: KeyRing, audited: Audited, pristine: Made
) -> None:
    (tmp_path / "in").mkdir()
    film = Path(shutil.copy(next(pristine.folder.glob("clips/*.mp4")), tmp_path / "in" / "film.mp4"))
    half_signed_clip(film, keys.signer(), "/mdat")
    flipped(film)
    audit = audited(tmp_path / "in")
    assert audit.exit_code == 1
    assert ("bytes.exclusions", Severity.ERROR) in {(o.rule, o.severity) for o in audit.failed}
    assert seen(audit, "bytes.exclusions").startswith("the signature leaves out its box /mdat")
    assert verdict(audit, "film.mp4") == "not checked"


OFFSETS = "/moov/trak/mdia/minf/stbl/stco"


@pytest.mark.parametrize(
    ("move", "told"),
    [
        (None, "intact"),
        (lambda offsets: offsets[::-1], "altered"),
        (lambda offsets: [*offsets[:-1], offsets[-2]], "altered"),
        (lambda offsets: [offsets[0]] * len(offsets), "altered"),
        (lambda offsets: [offsets[0], offsets[0] + 1, *offsets[2:]], "altered"),
        (lambda offsets: [offset + 1000 for offset in offsets], "altered"),
        (lambda offsets: [offset - 1 for offset in offsets], "altered"),
    ],
)
def test_a_video_whose_chunks_were_moved_is_altered_where_its_signature_leaves_their_places_out(
    tmp_path: Path,
    keys: KeyRing,
    audited: Audited,
    move: Callable[[list[int]], list[int]] | None,
    told: str,
) -> None:
    made = make_release(tmp_path / "sound", keys, [recipe()], audio=True)
    (tmp_path / "in").mkdir()
    film = Path(shutil.move(next(made.folder.glob("clips/*.mp4")), tmp_path / "in" / "film.mp4"))
    half_signed_clip(film, keys.signer(), OFFSETS)
    if move:
        displaced(film, move)
    audit = audited(tmp_path / "in")
    (case,) = (f.case for f in audit.files)
    assert case.credentials.integrity is Check.PASSED
    assert case.exclusions == (OFFSETS,)
    assert {(o.rule, o.severity) for o in audit.failed} == (
        {("bytes.order", Severity.ERROR)} if move else set()
    )
    assert verdict(audit, "film.mp4") == told
    assert ("Unchanged since" in held(case)) is (move is None)


def test_a_video_whose_pictures_lie_where_no_signature_looks_is_not_called_intact(
    tmp_path: Path, keys: KeyRing, audited: Audited
) -> None:
    (tmp_path / "in").mkdir()
    source, film = tiny_clip(tmp_path / "source.mp4"), tmp_path / "in" / "film.mp4"
    data = bytearray(source.read_bytes())
    at = data.rindex(b"mdat")
    data[at : at + 4] = b"skip"
    source.write_bytes(data)
    native = c2pa.Signer.from_callback(keys.signer().sign, c2pa.C2paSigningAlg.ES256, keys.signer().chain_pem)
    definition = {**plan_record("film", WHEN).definition, "format": "video/mp4"}
    builder = c2pa.Builder(definition, context=context())
    with builder, source.open("rb") as given, film.open("w+b") as made:
        builder.sign(native, "video/mp4", given, made)
    audit = audited(tmp_path / "in")
    assert verdict(audit, "film.mp4") == "not checked"
    assert "outside its media data" in seen(audit, "bytes.exclusions")


def test_a_film_of_which_nobody_knows_what_its_signature_leaves_out_is_not_called_intact() -> None:
    odd = video(untold="its pieces are too many to be told apart")
    assert verdict_of(odd, sealed=False) == "not checked"
    assert verdict_of(replace(odd, recorded=recorded()), sealed=True) == "intact"
