"""CPU seconds of a command with all its processes, those it leaves behind included.

The processes that workers are forked from are nobody's child once a command has ended; on Linux this process
takes them in and waits for them. Elsewhere what they used is missing from the sum, and the bench says so.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_SET_CHILD_SUBREAPER = 36
"""Of prctl(2)."""


def cpu_of(
    command: Sequence[str], *, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> float:
    """CPU seconds of a command that may find something but must not fail.

    Args:
        environment: what its environment has besides this one's.
    """
    _take_in_orphans()
    before = _spent()
    ended = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    _wait_for_orphans()
    if ended.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command[:3])} failed: {ended.stderr.strip()[-300:]}")
    return _spent() - before


def _take_in_orphans() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    else:
        print("what worker processes use is not counted on this system", file=sys.stderr)


def _wait_for_orphans() -> None:
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
