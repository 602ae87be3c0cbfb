"""An import that is killed or stopped at any moment: run again, it is as if nothing had happened."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from circletake.workflows.library import Library, create_library, find_library

_RUN = """
if __name__ == "__main__":
    from circletake.workflows.intake import ingest
    ingest.BATCH = 2
    from circletake.cli.app import main
    main()
"""


@pytest.fixture
def folder(clip: Callable[..., Path]) -> Path:
    """Clips with recipes, two of them the same bytes, and a broken file."""
    for number in range(6):
        made = clip(f"takes/bus {number}.mp4", seed=number)
        made.with_suffix(".json").write_text(json.dumps({"prompt": f"bus {number % 3}", "seed": number}))
    folder = made.parent
    (folder / "copy.mp4").write_bytes(made.read_bytes())
    (folder / "broken.mp4").write_bytes(made.read_bytes()[:900])
    return folder


def start(root: Path, script: Path, *words: str) -> subprocess.Popen[str]:
    script.write_text(_RUN)
    return subprocess.Popen(
        [sys.executable, str(script), *words, "--library", str(root)],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def everything(library: Library) -> dict[str, object]:
    """All that an import leaves behind, but for ids, times and the library's own path."""
    rows = []
    for slate in library.registry.takes.slates():
        take = slate.take
        places = library.registry.media.locations(take.sha256)
        rows.append(
            {
                "take": (take.label, take.sha256, take.name, take.media),
                "claims": sorted(claim.said for claim in slate.recipe.claims),
                "places": sorted((place.path, place.stored, place.state) for place in places),
                "scores": sorted((s.scorer, s.score.metric, s.score.value) for s in slate.scores),
                "findings": sorted((f.scorer, f.finding.kind) for f in slate.findings),
                "pictures": (library.poster(take.sha256).exists(), library.sprite(take.sha256).exists()),
            }
        )
    files = sorted(
        str(path.relative_to(library.home)) for path in (library.home / "media").rglob("*") if path.is_file()
    )
    return {"takes": rows, "shots": library.registry.takes.shots(), "stored": files}


def in_peace(root: Path, script: Path, *words: str) -> dict[str, object]:
    create_library(root).registry.close()
    start(root, script, *words).communicate(timeout=120)
    with find_library(root) as library:
        return everything(library)


@pytest.mark.slow
@pytest.mark.parametrize("how", [(), ("--copy",)], ids=["in place", "copied"])
def test_killed_at_any_moment_it_finishes_when_run_again(
    folder: Path, tmp_path: Path, how: tuple[str, ...]
) -> None:
    script, words = tmp_path / "run.py", ("import", str(folder), *how)
    began = time.monotonic()
    expected = in_peace(tmp_path / "peace", script, *words)
    longest = time.monotonic() - began
    moments = random.Random(7)
    root = tmp_path / "killed"
    create_library(root).registry.close()
    for _ in range(3):
        running = start(root, script, *words)
        time.sleep(moments.uniform(0.2, 0.9) * longest)
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
    finished = start(root, script, *words)
    said, _ = finished.communicate(timeout=120)
    assert finished.returncode == 1, said
    assert "broken.mp4" in said
    with find_library(root) as library:
        assert everything(library) == expected


def nobody_is_left(group: int) -> None:
    """Within five seconds: the last of a process group may still be ending."""
    with pytest.raises(ProcessLookupError):
        for _ in range(100):
            os.killpg(group, 0)
            time.sleep(0.05)


@pytest.mark.slow
def test_a_killed_coordinator_takes_its_workers_with_it(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "killed"
    create_library(root).registry.close()
    running = start(root, tmp_path / "run.py", "import", str(folder))
    time.sleep(1.5)
    running.kill()
    running.communicate(timeout=20)
    nobody_is_left(running.pid)


@pytest.mark.slow
def test_ctrl_c_says_how_to_go_on_and_leaves_no_worker_behind(folder: Path, tmp_path: Path) -> None:
    script, words = tmp_path / "run.py", ("import", str(folder))
    expected = in_peace(tmp_path / "peace", script, *words)
    root = tmp_path / "stopped"
    create_library(root).registry.close()
    running = start(root, script, *words)
    time.sleep(1.2)
    os.killpg(running.pid, signal.SIGINT)
    _, told = running.communicate(timeout=20)
    if running.returncode != 1:  # the machine was quick, and it had finished
        assert (running.returncode, told.strip()) == (
            2,
            "stopped; what was finished is kept; run the same again to go on",
        )
    nobody_is_left(running.pid)
    start(root, script, *words).communicate(timeout=120)
    with find_library(root) as library:
        assert everything(library) == expected
