from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from circletake.model.fingerprint import VERSION
from circletake.model.location import Location
from circletake.model.score import Measured, Score
from circletake.model.take import Origin, Take
from circletake.plugins.manager import PluginManager
from circletake.protocols import About, Needs, NoSettings
from circletake.workflows.analysis.analyze import analyze
from circletake.workflows.library import Library

Clip = Callable[..., Path]


def _add(library: Library, path: Path) -> Take:
    import hashlib

    from circletake.media.probe import probe

    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    size = path.stat().st_size
    return library.registry.takes.add(
        sha256=sha256,
        size=size,
        name=path.name,
        origin=Origin.GENERATED,
        media=probe(path).facts,
        claims=(),
        location=Location(sha256, str(path), False, size, path.stat().st_mtime_ns),
    )


def _technical() -> PluginManager:
    return PluginManager.load(only=("technical",))


@pytest.mark.usefixtures("no_workers")
def test_one_pass_gives_fingerprint_scores_poster_and_sprite(library: Library, clip: Clip) -> None:
    take = _add(library, clip(seconds=2))
    report = analyze(library, _technical())
    assert (report.takes, report.troubles) == (1, ())
    assert list(library.registry.analyses.fingerprints(VERSION)) == [take.id]
    slate = library.registry.takes.slate(take.id)
    assert slate.score("sharpness") and slate.score("temporal_flickering")
    assert library.poster(take.sha256).stat().st_size and library.sprite(take.sha256).stat().st_size


@pytest.mark.usefixtures("no_workers")
def test_nothing_is_done_twice(library: Library, clip: Clip) -> None:
    _add(library, clip())
    analyze(library, _technical())
    assert analyze(library, _technical()).waiting == 0
    assert analyze(library, _technical(), again=True).takes == 1


@pytest.mark.usefixtures("no_workers")
def test_a_lost_poster_is_made_again(library: Library, clip: Clip) -> None:
    take = _add(library, clip())
    analyze(library, _technical())
    library.poster(take.sha256).unlink()
    assert analyze(library, _technical()).takes == 1
    assert library.poster(take.sha256).exists()


@pytest.mark.usefixtures("no_workers")
def test_a_file_that_is_gone_is_told_and_waits(library: Library, clip: Clip) -> None:
    path = clip("gone.mp4")
    _add(library, path)
    path.unlink()
    report = analyze(library, _technical())
    assert [t.name for t in report.troubles] == ["gone.mp4"]
    assert library.registry.analyses.failures() == []


@pytest.mark.usefixtures("no_workers")
def test_results_of_another_picture_are_not_kept(library: Library, clip: Clip) -> None:
    path = clip("take.mp4")
    _add(library, path)
    path.write_bytes(clip("other.mp4", seed=5).read_bytes())
    report = analyze(library, _technical())
    assert "another picture" in report.troubles[0].reason
    assert library.registry.analyses.fingerprints("1") == {}


class _Scorer:
    """A scorer that ends in some way."""

    def __init__(self, name: str, end: Callable[[], Measured]) -> None:
        self.about = About(name, "a scorer of a test", "1", NoSettings)
        self._end = end

    def needs(self, settings: NoSettings) -> Needs:
        return Needs(long_side=16)

    def start(self, take: object, settings: NoSettings, ctx: object) -> Any:
        end = self._end

        class Scoring:
            def video(self, frames: object, seconds: object) -> None: ...
            def audio(self, samples: object, start: float) -> None: ...
            def finish(self) -> Measured:
                return end()

        return Scoring()


def _fails() -> Measured:
    raise RuntimeError("no luck\x1b[31m")


@pytest.mark.usefixtures("no_workers")
def test_a_scorer_that_fails_costs_its_own_row_only(
    library: Library, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Plugin:
        @staticmethod
        def circletake_scorers() -> Iterable[Any]:
            return [_Scorer("bad", _fails), _Scorer("good", lambda: Measured((Score("good", 1.0),)))]

    from circletake import hookimpl

    hookimpl(Plugin.circletake_scorers)
    manager = PluginManager()
    manager.add("mine", Plugin)
    monkeypatch.setattr(PluginManager, "load", classmethod(lambda cls, blocked=(), only=None: manager))
    from circletake.workflows.analysis.measuring import _scorer

    _scorer.cache_clear()
    take = _add(library, clip())
    report = analyze(library, manager)
    _scorer.cache_clear()
    assert [(t.what, t.reason) for t in report.troubles] == [("bad", "RuntimeError: no luck[31m")]
    assert library.registry.takes.slate(take.id).score("good") == 1.0
    assert [key.name for _, key, _ in library.registry.analyses.failures()] == ["bad"]


@pytest.mark.slow
def test_a_scorer_that_kills_its_worker_is_found_and_recorded(
    library: Library, clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "killer.py").write_text(
        "import os, signal\n"
        "from circletake import About, Needs, NoSettings, hookimpl\n"
        "class Killer:\n"
        "    about = About('killer', 'kills', '1', NoSettings)\n"
        "    def needs(self, settings):\n        return Needs(long_side=16)\n"
        "    def start(self, take, settings, ctx):\n        os.kill(os.getpid(), signal.SIGKILL)\n"
        "@hookimpl\ndef circletake_scorers():\n    yield Killer()\n"
    )
    info = tmp_path / "killer-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: killer\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[circletake]\nkiller = killer\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    take = _add(library, clip())
    report = analyze(library, PluginManager.load(only=("technical", "killer")), workers=1)
    failures = library.registry.analyses.failures()
    assert [(id_, key.name) for id_, key, _ in failures] == [(take.id, "killer")]
    assert report.troubles[0].what == "killer"
    assert library.registry.takes.slate(take.id).score("sharpness")
