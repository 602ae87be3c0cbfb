"""What a contract looks at in a fresh process: what importing costs, whether a job outlives its process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

_HEAVY = """
PIL aiohttp alembic av boto3 c2pa cryptography cv2 diffusers fal_client google httpx httpx2 imagehash
jax jinja2 numpy openai opentimelineio pandas pydantic requests runwayml scipy sqlalchemy sqlmodel
tensorflow torch transformers
"""
HEAVY = frozenset(_HEAVY.split())
"""Packages that cost more to import than all of ``circletake plugins list``."""

_PATIENCE = 300


@lru_cache(maxsize=64)
def imported(module: str) -> Mapping[str, Any]:
    """What importing a plugin's module does in a fresh process.

    Returns:
        ``heavy``: packages of :data:`HEAVY` it brought along; ``network``: what it said of the network,
        empty where it left it alone; ``seconds``: CPU time it took beyond that of circletake.

    Raises:
        AssertionError: it cannot be imported.
    """
    found: Mapping[str, Any] = _ask("imported", module)
    return found


def fetched(module: str, name: str, settings: str, job: str, into: Path) -> list[tuple[str, dict[str, str]]]:
    """Fetch a job from a process that has never heard of it.

    Args:
        settings: of the generator ``name``, as JSON.

    Returns:
        name and recipe of each file.

    Raises:
        AssertionError: it failed there; the message holds what it said.
    """
    return [(path, recipe) for path, recipe in _ask("fetched", module, name, settings, job, str(into))]


def _ask(what: str, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", __name__, what, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"failed in a process of its own:\n{done.stderr[-2000:]}"
    return json.loads(done.stdout.splitlines()[-1])


def _imported(module: str) -> Mapping[str, Any]:
    import circletake.hookspecs  # noqa: F401  # what loading any plugin brings along
    from circletake.testing.watching import offline

    network = ""
    start = time.process_time()
    try:
        with offline():
            import_module(module)
    except AssertionError as error:
        network = str(error)
    spent = time.process_time() - start
    return {"heavy": sorted(HEAVY & sys.modules.keys()), "network": network, "seconds": spent}


def _fetched(module: str, name: str, settings: str, job: str, into: str) -> list[tuple[str, dict[str, str]]]:
    from circletake.plugins.context import CallContext
    from circletake.plugins.settings import settings_of

    plugin = import_module(module)
    item = next(each for each in plugin.circletake_generators() if each.about.name == name)
    filled = settings_of(item, json.loads(settings))
    context = CallContext(name, secrets=True)
    state = item.poll(job, filled, context)
    assert state.phase == "done", f"the job is {state.phase} for another process: {state.error}"
    return [
        (str(file.path.relative_to(into)), dict(file.recipe))
        for file in item.fetch(job, Path(into), filled, context)
    ]


if __name__ == "__main__":
    questions: dict[str, Callable[..., Any]] = {"imported": _imported, "fetched": _fetched}
    print(json.dumps(questions[sys.argv[1]](*sys.argv[2:])))
