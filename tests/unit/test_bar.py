"""A line of progress that several pieces of work share."""

from __future__ import annotations

import pytest

from circletake.cli import console


def test_each_piece_is_counted_from_its_own_beginning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0, 0.0, 100.0, 100.0, 120.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    bar = console.Bar("looking at files")
    for done in (1, 10, 1, 10):
        bar.step(done, 10)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[4] for line in lines] == ["0.1/s", "0.5/s"]
