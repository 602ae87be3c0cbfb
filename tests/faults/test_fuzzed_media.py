"""A small sample of what ``python -m tests.faults.fuzz_media`` tries by the thousand."""

from __future__ import annotations

from pathlib import Path

from tests.faults.fuzz_media import mutants, samples, tried

COUNT = 50


def test_no_mutant_stops_the_run_or_is_called_intact(tmp_path: Path) -> None:
    (tmp_path / "batch").mkdir()
    found = samples(tmp_path / "made")
    outcomes = list(tried(mutants(found, COUNT, seed=7), tmp_path / "batch", workers=1))
    assert [(o.mutant.name, o.mutant.how, o.problem) for o in outcomes if o.problem] == []
    assert len(outcomes) == COUNT
    assert {"altered", "unreadable"} <= {o.verdict for o in outcomes}


def test_a_seed_makes_the_same_mutants_again(tmp_path: Path) -> None:
    found = samples(tmp_path)
    one, other = (list(mutants(found, 20, seed=3)) for _ in range(2))
    assert one == other
    assert any(mutant.altered for mutant in one)


def test_a_whole_sample_is_not_taken_for_an_altered_one(tmp_path: Path) -> None:
    from tests.faults.fuzz_media import _altered

    assert not any(_altered(sample, sample.data) for sample in samples(tmp_path))
