from collections.abc import Callable
from pathlib import Path

import pytest

from circletake.errors import BadInput
from circletake.model.slate import TakeFilter
from circletake.plugins.manager import PluginManager
from circletake.workflows.analysis.analyze import analyze
from circletake.workflows.analysis.dedupe import dedupe, keep_apart
from circletake.workflows.intake.ingest import ingest
from circletake.workflows.library import Library
from tests.factories import actor

Clip = Callable[..., Path]


@pytest.fixture
def twins(library: Library, clip: Clip, no_workers: None) -> Library:
    """A library with a take, its copy at half size, and a take of another seed, all analysed."""
    big = clip("takes/big.mp4", seconds=3, size=(128, 96))
    clip("takes/half.mp4", seconds=3, size=(64, 48))
    clip("takes/other.mp4", seconds=3, size=(128, 96), seed=7)
    manager = PluginManager.load(only=("technical", "readers"))
    ingest(library, manager, [big.parent], by=actor(), shot="SH010")
    analyze(library, manager)
    return library


def test_a_dry_run_tells_and_changes_nothing(twins: Library) -> None:
    report = dedupe(twins, by=actor(), dry_run=True)
    assert (report.folded, report.batch) == (1, "")
    assert twins.registry.stacks.current() == []


def test_the_smaller_copy_folds_under_the_larger_with_its_reason(twins: Library) -> None:
    report = dedupe(twins, by=actor())
    (stack,) = report.stacks
    assert report.slates[stack.keeper_id].take.name == "big.mp4"
    assert "64x48" in stack.members[0].likeness.reason
    shown = twins.registry.takes.slates(TakeFilter(folded=False))
    assert sorted(s.take.name for s in shown) == ["big.mp4", "other.mp4"]


def test_undo_unfolds(twins: Library) -> None:
    dedupe(twins, by=actor())
    twins.registry.events.undo(actor())
    assert len(twins.registry.takes.slates(TakeFilter(folded=False))) == 3


def test_a_pair_ruled_apart_stays_apart(twins: Library) -> None:
    stack = dedupe(twins, by=actor()).stacks[0]
    label = {s.take.id: s.take.label for s in twins.registry.takes.slates()}
    keep_apart(twins, [label[stack.keeper_id], label[stack.members[0].take_id]], actor())
    assert dedupe(twins, by=actor()).stacks == ()


def test_two_takes_and_a_known_policy_are_needed(twins: Library) -> None:
    with pytest.raises(BadInput, match="not 2"):
        keep_apart(twins, ["SH010"], actor())
    with pytest.raises(BadInput, match="best, largest, first"):
        dedupe(twins, by=actor(), keeper="prettiest")
