"""What exporters may leave behind: their videos are signed, none may be hidden, failures are named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from circletake.errors import PluginError, SigningError
from circletake.model.cut import Cut
from circletake.model.export import ExportRequest, ProducedFile
from circletake.model.manifest import Check
from circletake.provenance.reading import read_credentials
from circletake.workflows.leaving.exporting import export
from circletake.workflows.leaving.release import make_release, plan_release
from circletake.workflows.leaving.terms import Terms
from circletake.workflows.library import Library
from tests.outgoing import Exporter, leftovers, with_exporter, wrote

Clip = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("no_workers")


def test_an_exporter_cannot_slip_an_unsigned_video_into_a_release(
    film: Library, under: Terms, tmp_path: Path, clip: Clip
) -> None:
    video = clip("in/other.mp4", seed=50).read_bytes()
    hiding: list[Callable[[ExportRequest, Path], Sequence[ProducedFile]]] = [
        lambda request, staging: wrote(staging / "timeline.otio", video),
        lambda request, staging: (wrote(staging / "x.bin", video), wrote(staging / "t.otio", b"{}"))[1],
        lambda request, staging: wrote(next(iter(request.media.values())), video),
    ]
    for work in hiding:
        plan = plan_release(film, "r", cut="main", folder=tmp_path / "r")
        with pytest.raises(SigningError, match="not signed"):
            make_release(film, with_exporter(Exporter("timeline", work), "video"), plan, under)
        assert leftovers(tmp_path) == ["in", "library"]


def test_an_exporter_that_renders_has_its_video_signed_and_may_hide_none(
    film: Library, under: Terms, tmp_path: Path, clip: Clip
) -> None:
    video = clip("in/other.mp4", seed=50).read_bytes()
    open_ = Exporter("mine", lambda r, staging: wrote(staging / "m.mp4", video, "video"), "library")
    done = export(
        film,
        with_exporter(open_, "video"),
        film.registry.cuts.get("main"),
        under,
        tmp_path / "o",
        formats=["mine"],
    )
    assert read_credentials(done.files[0]).integrity is Check.PASSED
    for work in (
        lambda r, staging: wrote(staging / "sheet.html", video, "sheet"),
        lambda r, staging: (wrote(staging / "h.dat", video), wrote(staging / "s.html", b"<p>", "sheet"))[1],
    ):
        hidden = Exporter("mine", work, "library")
        with pytest.raises(SigningError, match="not signed"):
            export(
                film,
                with_exporter(hidden, "video"),
                film.registry.cuts.get("main"),
                under,
                tmp_path / "p",
                formats=["mine"],
            )
    assert not (tmp_path / "p").exists()


def test_an_exporter_that_fails_or_lies_is_named(film: Library, under: Terms, tmp_path: Path) -> None:
    def broken(request: ExportRequest, staging: Path) -> Sequence[ProducedFile]:
        raise ZeroDivisionError("oh")

    liars: list[Callable[[ExportRequest, Path], Sequence[ProducedFile]]] = [
        broken,
        lambda request, staging: [],
        lambda request, staging: [ProducedFile(Path("/etc/hostname"), "timeline")],
        lambda request, staging: [ProducedFile(staging / ".." / "x", "timeline")],
    ]
    cut: Cut = film.registry.cuts.get("main")
    for work in liars:
        with pytest.raises(PluginError, match="mine"):
            export(
                film,
                with_exporter(Exporter("mine", work), "video"),
                cut,
                under,
                tmp_path / "o",
                formats=["mine"],
            )
    assert not (tmp_path / "o").exists()
