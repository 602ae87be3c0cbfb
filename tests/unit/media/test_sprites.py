import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from circletake.media.frames import Tap, read_once
from circletake.media.sprites import PictureMaker


@pytest.mark.parametrize("frames", [1, 9, 60])
def test_a_sprite_has_five_by_five_tiles_however_short_the_take(
    clip: Callable[..., Path], frames: int
) -> None:
    maker = PictureMaker(frames / 12)
    read_once(clip(seconds=frames / 12), [Tap(needs, sink) for needs, sink in maker.sinks])
    pictures = maker.finish()
    assert Image.open(io.BytesIO(pictures.poster)).size == (64, 48)
    assert Image.open(io.BytesIO(pictures.sprite)).size == (5 * 64, 5 * 48)
