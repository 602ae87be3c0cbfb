"""What cannot be compared is said and left to the next run, and costs nothing else."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from sqlalchemy import text

from circletake.fingerprint.looks import Look
from circletake.fingerprint.record import pack
from circletake.model.alignment import COMPARISON
from circletake.model.fingerprint import VERSION
from circletake.plugins.manager import PluginManager
from circletake.workflows.analysis import comparing, pairing
from circletake.workflows.analysis.analyze import analyze
from circletake.workflows.analysis.dedupe import dedupe, keep_apart
from circletake.workflows.analysis.pairing import pair_takes
from circletake.workflows.intake.ingest import ingest
from circletake.workflows.library import Library
from circletake.workflows.worker import TOO_MUCH_MEMORY
from tests.factories import actor
from tests.inprocess import without_workers

DEADLY = "TESTED_DEADLY_PAIR"
Bring = Callable[[int], None]


@pytest.fixture
def bring(library: Library, clip: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Bring:
    """``bring(96)``: take in and analyse one more copy of a take, so many pixels wide; compare nothing."""

    def run(width: int) -> None:
        path = clip(f"takes/{width}.mp4", seconds=3, size=(width, width * 3 // 4))
        manager = PluginManager.load(only=("readers",))
        with monkeypatch.context() as here:
            without_workers(here)
            ingest(library, manager, [path], by=actor(), shot="SH010", analysis=False)
            analyze(library, manager)

    return run


@pytest.fixture
def copies(library: Library, bring: Bring) -> list[str]:
    """Ids of four copies of one take."""
    for width in (64, 80, 96, 128):
        bring(width)
    return _ids(library)


def _ids(library: Library) -> list[str]:
    return sorted(slate.take.id for slate in library.registry.takes.slates())


def _found(library: Library) -> set[tuple[str, str]]:
    return {(pair.a_id, pair.b_id) for pair in library.registry.pairs.all(COMPARISON)}


def deadly(task: comparing.Task) -> comparing.Compared:
    """Compare as ever, but for one pair, which kills the worker."""
    if tuple(os.environ[DEADLY].split()) in task.pairs:
        os.kill(os.getpid(), signal.SIGKILL)
    return comparing.compare_pairs(task)


def test_a_pair_that_kills_its_worker_is_left_to_the_next_run_and_the_others_are_found(
    library: Library, copies: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = copies[1:3]
    with monkeypatch.context() as killing:
        killing.setattr(pairing, "_HERE", 0)
        killing.setattr(pairing, "compare_pairs", deadly)
        killing.setenv(DEADLY, f"{one} {other}")
        (lost,) = pair_takes(library, workers=1).lost
    assert (lost.a_id, lost.b_id) == (one, other)
    assert "was killed" in lost.reason
    assert _found(library) == set(combinations(copies, 2)) - {(one, other)}

    asked: list[tuple[str, str]] = []

    def compared(task: comparing.Task) -> comparing.Compared:
        asked.extend(task.pairs)
        return comparing.compare_pairs(task)

    monkeypatch.setattr(pairing, "compare_pairs", compared)
    assert pair_takes(library).lost == ()
    assert asked == [pair for pair in combinations(copies, 2) if other in pair]
    assert _found(library) == set(combinations(copies, 2))


@pytest.mark.usefixtures("no_workers", "copies")
@pytest.mark.parametrize("here", [0, 100], ids=["in workers", "here"])
def test_a_pair_that_cannot_be_worked_out_is_left_to_the_next_run(
    library: Library, monkeypatch: pytest.MonkeyPatch, here: int
) -> None:
    from circletake.fingerprint.comparing import compare

    calls = iter(range(100))

    def fails_once(*looks: object) -> object:
        if next(calls) == 2:
            raise ZeroDivisionError("no samples")
        return compare(*looks)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(pairing, "_HERE", here)
    monkeypatch.setattr("circletake.fingerprint.comparing.compare", fails_once)
    (lost,) = dedupe(library, by=actor()).lost
    assert (lost.reason, lost.lasting) == ("ZeroDivisionError: no samples", True)
    assert len(_found(library)) == 5
    assert dedupe(library, by=actor()).lost == ()
    assert len(_found(library)) == 6


@pytest.mark.usefixtures("no_workers", "copies")
@pytest.mark.parametrize("here", [0, 100], ids=["in workers", "here"])
@pytest.mark.parametrize("where", ["compare", "looks"])
def test_a_pair_for_which_memory_is_too_small_ends_nothing(
    library: Library, copies: list[str], monkeypatch: pytest.MonkeyPatch, here: int, where: str
) -> None:
    from circletake.fingerprint.comparing import compare

    def too_small(a: Look, b: Look) -> object:
        if marked in (pack(a.fingerprint), pack(b.fingerprint)):
            raise MemoryError
        return compare(a, b)

    def cannot_look(packed: bytes, pictures: bytes) -> Look:
        if packed == marked:
            raise MemoryError
        return look_at(packed, pictures)

    look_at = comparing.look_at
    marked = library.registry.analyses.fingerprints(VERSION)[copies[1]]
    with monkeypatch.context() as small:
        small.setattr(pairing, "_HERE", here)
        if where == "compare":
            small.setattr("circletake.fingerprint.comparing.compare", too_small)
        else:
            small.setattr(comparing, "look_at", cannot_look)
        report = dedupe(library, by=actor())
    assert {frozenset((lost.a_id, lost.b_id)) for lost in report.lost} == {
        frozenset((copies[1], other)) for other in copies if other != copies[1]
    }
    assert {(lost.reason, lost.lasting) for lost in report.lost} == {(TOO_MUCH_MEMORY, False)}
    assert _found(library) == set(combinations([each for each in copies if each != copies[1]], 2))
    assert dedupe(library, by=actor()).lost == ()


@pytest.mark.usefixtures("no_workers", "copies")
def test_a_pair_that_was_ruled_on_is_not_told_as_lost(
    library: Library, copies: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> object:
        raise ZeroDivisionError("no samples")

    monkeypatch.setattr("circletake.fingerprint.comparing.compare", fails)
    labels = [library.registry.takes.get(one).label for one in copies]
    pairs = list(combinations(labels, 2))
    for one, other in pairs[1:]:
        keep_apart(library, (one, other), actor())
    (lost,) = dedupe(library, by=actor()).lost
    assert {lost.a_id, lost.b_id} == {copies[0], copies[1]}
    keep_apart(library, pairs[0], actor())
    assert dedupe(library, by=actor()).lost == ()


DAMAGES = {
    "hashes cut off": ("packed", b"CTFP\x02"),
    "no hashes": ("packed", b"something else"),
    "pictures cut off": ("pictures", b"\x01"),
    "no pictures": ("pictures", b"something else entirely"),
}


def _damage(library: Library, take_id: str, column: str, to: bytes) -> None:
    with library.registry._database.write() as connection:
        where = f"UPDATE fingerprints SET {column} = :to WHERE take_id = :id"
        connection.execute(text(where), {"to": to, "id": take_id})


@pytest.mark.usefixtures("no_workers")
@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
@pytest.mark.parametrize(("column", "to"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_record_costs_its_own_take_alone_until_that_is_analysed_again(
    library: Library, copies: list[str], bring: Bring, column: str, to: bytes, known: bool
) -> None:
    if known:
        dedupe(library, by=actor())
        bring(112)
    broken, everything = copies[1], _ids(library)
    _damage(library, broken, column, to)
    assert dedupe(library, by=actor(), dry_run=True).damaged == (broken,), "told, and told again by the run"
    report = dedupe(library, by=actor())
    assert (report.damaged, report.lost, report.waiting) == ((broken,), (), 1)
    assert report.slates[broken].take.id == broken
    assert _found(library) >= set(combinations([each for each in everything if each != broken], 2))
    # What was known of it stays: nothing unfolds for a record that is to be made anew.
    assert report.folded == (4 if known else 2)
    again = dedupe(library, by=actor())
    assert (again.damaged, again.waiting) == ((), 1)

    assert analyze(library, PluginManager.load(only=())).takes == 1
    whole = dedupe(library, by=actor())
    assert (whole.damaged, whole.waiting, whole.folded) == ((), 0, len(everything) - 1)
    assert _found(library) == set(combinations(everything, 2))
