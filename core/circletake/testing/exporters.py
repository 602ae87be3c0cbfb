"""What an exporter must hold to: all it makes lies in its folder, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from circletake.errors import Cancelled, CircletakeError
from circletake.files import sha256_of
from circletake.model.export import ExportRequest, ProducedFile
from circletake.testing.contract import PluginContract
from circletake.testing.values import export_request, placed
from circletake.testing.watching import offline

KINDS = ("video", "still", "timeline", "sheet", "archive")
Clip = Callable[..., Path]


class ExporterContract(PluginContract):
    """Inherit and name the ``module``. Prompts of its takes are markup, formula and template at once."""

    hook = "circletake_exporters"

    def request(self, item: Any, clips: Sequence[Path], staging: Path) -> ExportRequest:
        """A cut of the clips; for an exporter that reads signed media these lie in ``staging``."""
        inside = placed(clips, staging / "clips") if item.reads == "signed" else clips
        return export_request(*inside)

    def exported(
        self, item: Any, clips: Sequence[Path], staging: Path, *, cancelled: bool = False
    ) -> tuple[ExportRequest, Sequence[ProducedFile]]:
        """What it makes of the clips in a new staging folder."""
        staging.mkdir()
        asked = self.request(item, clips, staging)
        context = self.context(item, cancelled=cancelled)
        return asked, list(item.export(asked, staging, self.settings_for(item), context))

    def test_it_says_what_it_reads(self, item: Any) -> None:
        assert item.reads in ("library", "signed"), f"it reads {item.reads!r}"

    def test_it_makes_whole_files_in_its_folder(
        self, item: Any, circletake_clip: Clip, tmp_path: Path
    ) -> None:
        staging = tmp_path / "staging"
        asked, files = self.exported(
            item, [circletake_clip("a.mp4"), circletake_clip("b.mp4", seed="2")], staging
        )
        assert files, "it made nothing"
        for file in files:
            inside = file.path.absolute().is_relative_to(staging) and ".." not in file.path.parts
            assert inside and not file.path.is_symlink(), f"{file.path.name} is not in its folder"
            assert file.path.is_file() and file.path.stat().st_size, f"{file.path.name} is missing or empty"
            assert file.kind in KINDS, f"kind {file.kind!r} is none of {', '.join(KINDS)}"
            if file.kind == "still":
                assert file.take_id in asked.slates, f"{file.path.name} is a still of no take asked for"
                assert file.at is not None and file.at >= 0, f"{file.path.name} has no second of its take"
                assert file.path.suffix in (".jpg", ".png"), f"{file.path.name} is no JPEG or PNG"
            odd = [action for action in file.actions if not action.startswith("c2pa.")]
            assert not odd, f"no actions of C2PA: {odd}"

    def test_it_names_every_file_it_leaves(self, item: Any, circletake_clip: Clip, tmp_path: Path) -> None:
        staging = tmp_path / "staging"
        asked, files = self.exported(item, [circletake_clip()], staging)
        told = {file.path.resolve() for file in files} | {path.resolve() for path in asked.media.values()}
        strays = {path for path in staging.rglob("*") if path.is_file()} - told
        assert not strays, f"left without being named: {sorted(path.name for path in strays)}"

    def test_it_leaves_the_media_as_they_are(self, item: Any, circletake_clip: Clip, tmp_path: Path) -> None:
        clip = circletake_clip()
        before = sha256_of(clip)
        asked, _ = self.exported(item, [clip], tmp_path / "staging")
        assert [sha256_of(path) for path in asked.media.values()] == [before], "it changed what it was given"

    def test_it_reaches_no_network(self, item: Any, circletake_clip: Clip, tmp_path: Path) -> None:
        clip = circletake_clip()
        with offline():
            self.exported(item, [clip], tmp_path / "staging")

    def test_asked_again_it_makes_the_same_files(
        self, item: Any, circletake_clip: Clip, tmp_path: Path
    ) -> None:
        clip = circletake_clip()
        named = []
        for folder in (tmp_path / "one", tmp_path / "two"):
            _, files = self.exported(item, [clip], folder)
            named.append([(file.path.relative_to(folder), replace(file, path=Path())) for file in files])
        assert named[0] == named[1], f"asked again it makes {named[1]}, not {named[0]}"

    def test_media_that_are_gone_are_told_in_words(
        self, item: Any, circletake_clip: Clip, tmp_path: Path
    ) -> None:
        staging = tmp_path / "staging"
        staging.mkdir()
        asked = self.request(item, [circletake_clip()], staging)
        for path in asked.media.values():
            path.unlink()
        try:
            item.export(asked, staging, self.settings_for(item), self.context(item))
        except CircletakeError as error:
            assert error.reason, "it fails without a reason"
        except Exception as error:
            raise AssertionError(f"raises {type(error).__name__}; raise MediaError") from error

    def test_it_stops_when_the_person_does(self, item: Any, circletake_clip: Clip, tmp_path: Path) -> None:
        try:
            self.exported(item, [circletake_clip()], tmp_path / "staging", cancelled=True)
        except Cancelled:
            return
        raise AssertionError("it goes on after the person stopped; call ctx.check_cancelled() as it works")
