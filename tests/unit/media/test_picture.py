import av
import numpy as np
import pytest

from circletake.media.picture import Picture


@pytest.mark.parametrize("width", [1, 2, 3, 640])
@pytest.mark.parametrize("height", [1, 2, 129, 720])
@pytest.mark.parametrize("long_side", [1, 64, 256])
def test_a_frame_of_any_shape_can_be_glanced_at(width: int, height: int, long_side: int) -> None:
    frame = av.VideoFrame.from_ndarray(np.full((height, width), 77, np.uint8), format="gray")
    glanced = Picture(frame).gray(long_side, glance=True)
    assert glanced.shape == Picture(frame).gray(long_side).shape
    assert (glanced == 77).all()
