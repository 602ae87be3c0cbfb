from collections.abc import Callable
from pathlib import Path

import pytest

from circletake.errors import BadInput, Cancelled
from circletake.model.alignment import COMPARISON
from circletake.model.event import EventKind
from circletake.model.slate import TakeFilter
from circletake.model.stack import Rulings
from circletake.plugins.manager import PluginManager
from circletake.workflows.analysis import pairing
from circletake.workflows.analysis.analyze import analyze
from circletake.workflows.analysis.comparing import Compared, Task, compare_pairs
from circletake.workflows.analysis.dedupe import dedupe, join, keep_apart, split
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
    assert "re-encoded at half the size" in stack.members[0].likeness.reason
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


def test_takes_ruled_together_stay_so_whoever_is_circled_later(twins: Library) -> None:
    labels = {s.take.name: s.take.label for s in twins.registry.takes.slates()}
    takes, batch = join(twins, labels["half.mp4"], labels["other.mp4"], actor())
    assert [take.name for take in takes] == ["half.mp4", "other.mp4"]
    (stack,) = dedupe(twins, by=actor(), batch=batch).stacks
    assert (len(stack.members), all(m.likeness.band.folds for m in stack.members)) == (2, True)
    other = twins.registry.takes.resolve(labels["other.mp4"])[0]
    twins.registry.events.record(EventKind.VERDICT, [(other.id, "circled")], actor())
    (stack,) = dedupe(twins, by=actor()).stacks
    assert (stack.keeper_id, len(stack.members)) == (other.id, 2)


def test_a_ruling_and_its_run_are_one_decision(twins: Library) -> None:
    dedupe(twins, by=actor())
    label = next(s.take.label for s in twins.registry.takes.slates() if s.take.name == "half.mp4")
    take, others, batch = split(twins, label, actor())
    assert (take.name, [one.name for one in others]) == ("half.mp4", ["big.mp4"])
    assert dedupe(twins, by=actor(), batch=batch).stacks == ()
    twins.registry.events.undo(actor())
    assert len(twins.registry.stacks.current()) == 1
    assert twins.registry.stacks.rulings() == Rulings()


def test_a_set_may_hold_the_take_that_it_is_put_together_with(twins: Library) -> None:
    takes, _ = join(twins, "SH010/2", "SH010", actor())
    assert [take.label for take in takes] == ["SH010/2", "SH010/1", "SH010/3"]
    with pytest.raises(BadInput, match="names SH010/2 alone"):
        join(twins, "SH010/2", "SH010/2", actor())
    with pytest.raises(BadInput, match="SH010/2 is named twice"):
        keep_apart(twins, ["SH010/2", "SH010/2"], actor())


@pytest.mark.parametrize(("keeper", "stacks"), [("largest", 1), ("first", 1), ("circled", 0)])
def test_every_policy_can_be_asked_for(twins: Library, keeper: str, stacks: int) -> None:
    found = dedupe(twins, by=actor(), keeper=keeper, dry_run=True)
    assert found.folded == stacks


def test_only_what_is_new_is_compared(twins: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    dedupe(twins, by=actor(), dry_run=True)
    monkeypatch.setattr("circletake.workflows.analysis.pairing.compare_pairs", None)
    assert dedupe(twins, by=actor(), dry_run=True).folded == 1


def test_a_run_that_was_stopped_goes_on_with_what_is_left(
    twins: Library, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four copies of one take are six pairs; nothing is compared twice."""
    manager = PluginManager.load(only=("technical", "readers"))
    more = [clip(f"more/{size}.mp4", seconds=3, size=(size, size * 3 // 4)) for size in (96, 80)]
    ingest(twins, manager, [more[0].parent], by=actor(), shot="SH010")
    analyze(twins, manager)
    twins.registry.pairs.forget(COMPARISON)
    asked: list[tuple[str, str]] = []
    stop = [True]

    def compared(task: Task) -> Compared:
        if stop[0] and len(asked) >= 2:
            raise KeyboardInterrupt
        asked.extend(task.pairs)
        return compare_pairs(task)

    monkeypatch.setattr(pairing, "_ROUND", 1)
    monkeypatch.setattr(pairing, "compare_pairs", compared)
    with pytest.raises(KeyboardInterrupt):
        dedupe(twins, by=actor())
    stop[0] = False
    (stack,) = dedupe(twins, by=actor()).stacks
    assert len(stack.members) == 3
    assert len(asked) == len(set(asked)) == 6


def test_a_search_can_be_stopped(twins: Library) -> None:
    twins.registry.pairs.forget(COMPARISON)
    with pytest.raises(Cancelled):
        dedupe(twins, by=actor(), cancelled=lambda: True)
    assert dedupe(twins, by=actor(), dry_run=True).folded == 1


def test_two_takes_and_a_known_policy_are_needed(twins: Library) -> None:
    with pytest.raises(BadInput, match="not 2"):
        keep_apart(twins, ["SH010"], actor())
    with pytest.raises(BadInput, match="best, largest, first, circled"):
        dedupe(twins, by=actor(), keeper="prettiest")
