"""At fal itself, for who asks for it and pays: one clip of five seconds."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from circletake import GenerationRequest, NoSettings, Phase
from circletake.media.probe import probe
from circletake.plugins.context import CallContext
from circletake_pika.generator import Pika

pytestmark = pytest.mark.skipif(
    os.environ.get("CIRCLETAKE_LIVE") != "1" or not os.environ.get("FAL_KEY"),
    reason="a live test, 0.20 USD: CIRCLETAKE_LIVE=1 and FAL_KEY, run alone",
)


def test_a_take_from_fal(tmp_path: Path) -> None:
    from circletake_pika.line import origin

    assert origin() == "https://queue.fal.run", "run this file alone"
    backend, context, settings = Pika(), CallContext("pika", secrets=True), NoSettings()
    request = GenerationRequest("pika/v2.2/text-to-video", "night bus, rain", "7")
    job = backend.submit(request, settings, context)
    while (state := backend.poll(job, settings, context)).phase in (Phase.QUEUED, Phase.RUNNING):
        time.sleep(5)
    assert state.phase is Phase.DONE, state.error
    (file,) = backend.fetch(job, tmp_path, settings, context)
    assert probe(file.path).facts.seconds > 4
