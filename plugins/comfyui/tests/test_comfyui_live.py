"""On a real server, for who asks for it: one take of the first graph in a folder."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from circletake import GenerationRequest, Phase
from circletake.media.probe import probe
from circletake.plugins.context import CallContext
from circletake_comfyui.generator import ComfyUI
from circletake_comfyui.settings import ComfySettings

ADDRESS, GRAPHS = os.environ.get("CIRCLETAKE_COMFYUI", ""), os.environ.get("CIRCLETAKE_COMFYUI_GRAPHS", "")

pytestmark = pytest.mark.skipif(
    os.environ.get("CIRCLETAKE_LIVE") != "1" or not ADDRESS or not GRAPHS,
    reason="a live test: CIRCLETAKE_LIVE=1, CIRCLETAKE_COMFYUI and CIRCLETAKE_COMFYUI_GRAPHS",
)


def test_a_take_from_a_real_server(tmp_path: Path) -> None:
    backend, context, settings = ComfyUI(), CallContext("comfyui"), ComfySettings(ADDRESS, GRAPHS)
    card = backend.models(settings)[0]
    request = GenerationRequest(card.name, "night bus, rain", "7" if card.seeds else "")
    job = backend.submit(request, settings, context)
    assert backend.find(request, settings, context) == job
    while (state := backend.poll(job, settings, context)).phase in (Phase.QUEUED, Phase.RUNNING):
        time.sleep(2)
    assert state.phase is Phase.DONE, state.error
    files = backend.fetch(job, tmp_path, settings, context)
    assert probe(files[0].path).facts.seconds > 0
    assert files[0].recipe["model"] and files[0].recipe["workflow"]
